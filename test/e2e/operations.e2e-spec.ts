import { createApp, type TestApp } from '../support/app.js';

describe('operations', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await createApp();
  });
  afterAll(() => t.close());

  it('H-19 answers an unknown route with the error envelope', async () => {
    const { status, body } = await t.http.get('/nope');
    expect(status).toBe(404);
    expect(body).toMatchObject({ error: { code: 'route_not_found', type: 'invalid_request_error' } });
  });
});
