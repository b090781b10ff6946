import { createApp, type TestApp } from '../support/app.js';
import { givenUser } from '../support/given/users.js';

const WRONG = 'Wrong-Horse-8-Battery';
const NEW = 'Staple-Horse-8-Battery';

describe('people who are signed in and asked for their password', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await createApp({ environment: { AUTH_RATE_MAX: '3' } });
  });
  afterAll(() => t.close());

  const ASKED: [path: string, body: Record<string, string>, field: string][] = [
    ['/api/auth/password-change', { newPassword: NEW }, 'currentPassword'],
    ['/api/auth/mfa/enable', { code: '000000' }, 'password'],
    ['/api/v1/auth/passkeys/options', {}, 'password'],
    ['/api/auth/reauthenticate', {}, 'password'],
    ['/api/auth/export-data', {}, 'password'],
    ['/api/auth/delete-account', {}, 'password'],
  ];

  it.each(ASKED)('A-14 hear the same of a wrong one at %s', async (path, body, field) => {
    const { http } = await givenUser(t);
    const refused = await http.post(path, { ...body, [field]: WRONG });
    expect([refused.status, refused.body]).toMatchObject([400, { error: { code: 'wrong_password', param: field } }]);
  });

  it('A-14 may try so often in all places together', async () => {
    const { http } = await givenUser(t);
    const statuses: number[] = [];
    for (const [path, body, field] of ASKED.slice(0, 4)) {
      statuses.push((await http.post(path, { ...body, [field]: WRONG })).status);
    }
    expect(statuses).toEqual([400, 400, 400, 429]);
  });
});
