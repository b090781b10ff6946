import { createApp, type TestApp } from '../support/app.js';
import { Barrier } from '../support/barrier.js';
import { givenIdentity } from '../support/given/identities.js';
import { givenPasskey, newPasskeyOptions } from '../support/given/passkeys.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import type { TestHttp } from '../support/http.js';
import { SoftAuthenticator } from '../support/soft-authenticator.js';

const ORIGIN = 'http://localhost:3000';
const PASSKEYS = '/api/v1/auth/passkeys';
const IDENTITIES = '/api/v1/auth/identities';

describe('the ways in to an account', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await createApp({ environment: { PUBLIC_URL: ORIGIN } });
  });
  afterAll(() => t.close());

  const newDevice = () => new SoftAuthenticator(ORIGIN);
  /** Somebody who has one passkey and no password. */
  const givenOwner = async () => {
    const user = await givenUser(t);
    const { id } = await givenPasskey(user, newDevice());
    await t.db.query('UPDATE users SET password_hash = NULL WHERE id = $1', [user.id]);
    return { user, passkey: `${PASSKEYS}/${id}` };
  };
  const outcome = async ({ http }: GivenUser, path: string) => {
    const answer = await http.delete<{ error: { code: string } }>(path);
    return [answer.status, answer.status === 204 ? undefined : answer.body.error.code];
  };
  const REFUSED = [409, 'last_way_in'];

  it('A-30 are passkeys as well: another may go while one remains, and the last one stays', async () => {
    const { user, passkey } = await givenOwner();
    const identity = `${IDENTITIES}/${await givenIdentity(t, user)}`;
    expect(await outcome(user, identity)).toEqual([204, undefined]);
    expect(await outcome(user, passkey)).toEqual(REFUSED);
    expect((await user.http.get<{ data: object[] }>(PASSKEYS)).body.data).toHaveLength(1);
  });

  it('A-30 lets a passkey go while an identity or a password remains', async () => {
    const { user, passkey } = await givenOwner();
    const identity = `${IDENTITIES}/${await givenIdentity(t, user)}`;
    expect(await outcome(user, passkey)).toEqual([204, undefined]);
    expect(await outcome(user, identity)).toEqual(REFUSED);
    const other = await givenUser(t);
    const { id } = await givenPasskey(other, newDevice());
    expect(await outcome(other, `${PASSKEYS}/${id}`)).toEqual([204, undefined]);
  });

  it('A-30 leave one of two that are taken away at once', async () => {
    const { user, passkey } = await givenOwner();
    const identity = `${IDENTITIES}/${await givenIdentity(t, user)}`;
    const barrier = await Barrier.at(t.db, 'AFTER DELETE ON passkeys FOR EACH STATEMENT');
    const [first, second] = await barrier.race(
      () => outcome(user, passkey),
      () => outcome(user, identity),
    );
    expect([first, second]).toEqual([[204, undefined], REFUSED]);
  });

  it('are at most twenty passkeys, also of two that are registered at once', async () => {
    const user = await givenUser(t);
    const { email, password } = user;
    const login = await t.http.post<{ data: { accessToken: string } }>('/api/auth/login', { email, password });
    await t.db.query(
      `INSERT INTO passkeys (id, user_id, credential_id, public_key, counter, transports, backed_up, name, created_at)
       SELECT gen_random_uuid(), $1, gen_random_uuid()::text, '', 0, '{}', false, 'one of many', now()
         FROM generate_series(1, 19)`,
      [user.id],
    );
    await t.db.query("UPDATE sessions SET methods = '{pwd,hwk}' WHERE user_id = $1", [user.id]);
    const register = async (http: TestHttp) => {
      const credential = newDevice().create(await newPasskeyOptions(http));
      return async () => {
        const { status, body } = await http.post<{ error?: { code: string } }>(PASSKEYS, { name: 'x', credential });
        return [status, body.error?.code];
      };
    };
    const one = await register(user.http);
    const two = await register(t.http.bearer(login.body.data.accessToken));
    const barrier = await Barrier.at(t.db, 'BEFORE INSERT ON passkeys FOR EACH ROW');
    expect(await barrier.race(one, two)).toEqual([
      [201, undefined],
      [409, 'too_many_passkeys'],
    ]);
  });
});
