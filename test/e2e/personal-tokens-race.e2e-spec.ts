import { SYSTEM } from '#libs/access';
import { PasswordReset } from '../../src/auth/passwords/password.reset.js';
import { createApp, type TestApp } from '../support/app.js';
import { Barrier } from '../support/barrier.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import type { TestResponse } from '../support/http.js';

interface Issued {
  data?: { token: string };
  access_token?: string;
}

const CLIENT = 'sluice-cli';
const SHUT_OUT = [
  ['a ban', ({ id }: GivenUser, by: GivenUser) => by.http.post(`/api/v1/admin/users/${id}/ban`, { duration: '1h' })],
  ['a suspension', ({ id }: GivenUser, by: GivenUser) => by.http.post(`/api/v1/admin/users/${id}/suspend`)],
  ['a reset', ({ email }: GivenUser, _by: GivenUser, t: TestApp) => t.app.get(PasswordReset).run(SYSTEM, email)],
] as const;

describe('a token that is made in the very moment in which its owner is shut out', () => {
  let t: TestApp;
  let owner: GivenUser;
  let admin: GivenUser;
  let barriers: Record<'insertToken' | 'tokensEnded' | 'decideRequest', Barrier>;
  beforeAll(async () => {
    t = await createApp();
    barriers = {
      insertToken: await Barrier.at(t.db, 'BEFORE INSERT ON personal_tokens FOR EACH ROW'),
      tokensEnded: await Barrier.at(t.db, 'AFTER UPDATE ON personal_tokens FOR EACH STATEMENT'),
      decideRequest: await Barrier.at(
        t.db,
        "BEFORE UPDATE ON device_requests FOR EACH ROW WHEN (NEW.state = 'approved')",
      ),
    };
    admin = await givenUser(t, { role: 'admin' });
  });
  beforeEach(async () => {
    owner = await givenUser(t, { role: 'admin' });
  });
  afterAll(() => t.close());

  const bySession = () => owner.http.post<Issued>('/api/v1/auth/tokens', { name: 'laptop' });
  const requestDevice = async () =>
    (await t.http.post<{ device_code: string; user_code: string }>('/api/auth/device/code', { client_id: CLIENT }))
      .body;
  const approve = (userCode: string) => owner.http.post(`/api/v1/auth/device/${userCode}`, { approve: true });
  const collect = (code: string) =>
    t.http.post<Issued>('/api/auth/device/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: code,
      client_id: CLIENT,
    });
  const WAYS = {
    'a session': () => Promise.resolve(bySession),
    'a device': async () => {
      const codes = await requestDevice();
      expect((await approve(codes.user_code)).status).toBe(204);
      return () => collect(codes.device_code);
    },
  };

  const mustBeWorthNothing = async ({ body }: TestResponse<Issued>) => {
    const token = body.data?.token ?? body.access_token;
    if (token !== undefined) expect((await t.http.bearer(token).get('/api/v1/auth/me')).status).not.toBe(200);
    const { rows } = await t.db.query('SELECT 1 FROM personal_tokens WHERE user_id = $1 AND ended_at IS NULL', [
      owner.id,
    ]);
    expect(rows).toEqual([]);
  };

  describe.each(SHUT_OUT)('by %s', (_how, shutOut) => {
    it.each(Object.entries(WAYS))('A-36 ends with all others where %s was first', async (_way, prepare) => {
      const issue = await prepare();
      const [issued] = await barriers.insertToken.race(issue, async () => shutOut(owner, admin, t));
      expect(issued.status).toBeLessThan(300);
      await mustBeWorthNothing(issued);
    });

    it.each(Object.entries(WAYS))('A-36 is not made where %s was second', async (_way, prepare) => {
      const issue = await prepare();
      const [, refused] = await barriers.tokensEnded.race(async () => shutOut(owner, admin, t), issue);
      expect(refused.status).toBeGreaterThanOrEqual(400);
      await mustBeWorthNothing(refused);
    });

    it('A-36 is not left for a device to collect', async () => {
      const { device_code: code, user_code: userCode } = await requestDevice();
      await barriers.decideRequest.race(
        () => approve(userCode),
        async () => shutOut(owner, admin, t),
      );
      await t.db.query("UPDATE users SET status = 'active', banned_until = NULL WHERE id = $1", [owner.id]);
      const refused = await collect(code);
      expect(refused.status).toBe(400);
      await mustBeWorthNothing(refused);
    });
  });
});
