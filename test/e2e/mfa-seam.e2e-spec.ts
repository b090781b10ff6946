import { Duties } from '#libs/access';
import { createApp, type TestApp } from '../support/app.js';
import { GIVEN_PASSWORD, givenUser, type GivenUser } from '../support/given/users.js';

interface ChallengeBody {
  data: { mfaRequired: boolean; challengeToken: string; methods: string[]; expiresIn: number };
}

describe('what stands between a proof and the house', () => {
  let t: TestApp;
  let terms: Set<string>;

  beforeAll(async () => {
    t = await createApp({ environment: { MOCK_AUTH: 'true' } });
    terms = new Set();
    t.app.get(Duties).register('terms', ({ userId }) => terms.has(userId));
  });
  afterAll(() => t.close());

  const login = ({ email }: GivenUser) =>
    t.http.post<ChallengeBody>('/api/auth/login', { email, password: GIVEN_PASSWORD });
  const giveFactor = (id: string) =>
    t.db.query(
      `INSERT INTO totp_factors (id, user_id, sealed_secret, sealed_with, enabled_at) VALUES ($1, $1, '', 'none', now())`,
      [id],
    );

  it('A-22 asks whoever has a second factor for it, whichever way they come, and opens no session', async () => {
    const user = await givenUser(t);
    const mock = await t.http.get<{ data: { user: { id: string } } }>('/api/auth/mock-login?role=user');
    await giveFactor(user.id);
    await giveFactor(mock.body.data.user.id);
    const sessions = async () => (await t.db.query('SELECT id FROM sessions')).rowCount;
    const before = await sessions();
    for (const answer of [await login(user), await t.http.get<ChallengeBody>('/api/auth/mock-login?role=user')]) {
      expect(answer.status).toBe(200);
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(answer.body.data).toEqual({
        mfaRequired: true,
        challengeToken: expect.stringMatching(/^slc_/) as string,
        methods: ['totp'],
        expiresIn: 300,
      });
      const { status } = await t.http.bearer(answer.body.data.challengeToken).get('/api/v1/auth/me');
      expect(status).toBe(401);
    }
    expect(await sessions()).toBe(before);
  });

  it('A-22 keeps a keyed hash of the token, and no more', async () => {
    const user = await givenUser(t);
    await giveFactor(user.id);
    const { challengeToken } = (await login(user)).body.data;
    const { rows } = await t.db.query<{ row: string }>(
      'SELECT to_jsonb(c)::text AS row FROM sign_in_challenges c WHERE user_id = $1',
      [user.id],
    );
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(challengeToken.slice(4, 40));
    expect(t.logs.join('')).not.toContain(challengeToken);
  });

  it('lets people who owe a duty use what they need for it, and nothing else', async () => {
    const user = await givenUser(t);
    terms.add(user.id);
    t.app.get(Duties).changed(user.id);
    expect((await user.http.get('/api/v1/auth/me')).status).toBe(200);
    const refused = await user.http.get('/api/v1/teams');
    expect([refused.status, refused.body]).toMatchObject([403, { error: { code: 'terms_not_accepted' } }]);
    terms.delete(user.id);
    t.app.get(Duties).changed(user.id);
    expect((await user.http.get('/api/v1/teams')).status).toBe(200);
    terms.add(user.id);
    t.app.get(Duties).changed(user.id);
    expect((await user.http.post('/api/auth/logout')).status).toBe(204);
  });
});
