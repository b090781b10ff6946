import cookie from '@fastify/cookie';
import { fastify } from 'fastify';
import { cookieOf } from './cookie.js';

describe('cookieOf', () => {
  const app = fastify();
  beforeAll(async () => {
    await app.register(cookie, { hook: false });
    app.get('/', (request, reply) => {
      void reply.setCookie('given', 'x y');
      return { found: cookieOf(request, 'wanted') ?? 'none' };
    });
  });
  afterAll(() => app.close());

  it.each([
    [undefined, 'none'],
    ['other=1', 'none'],
    ['wanted=1', '1'],
    ['other=2; wanted=1; wanted=3', '1'],
    ['wanted=a%20b', 'a b'],
    ['wanted=%zz', '%zz'],
    ['wanted', 'none'],
    ['toString=1', 'none'],
  ])('finds in %s: %s, and a cookie can be set beside it', async (sent, found) => {
    const answer = await app.inject({ url: '/', headers: sent === undefined ? {} : { cookie: sent } });
    expect(answer.json()).toEqual({ found });
    expect(answer.headers['set-cookie']).toBe('given=x%20y; SameSite=Lax');
  });
});
