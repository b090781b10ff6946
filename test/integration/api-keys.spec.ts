import { SYSTEM } from '#libs/access';
import { SecretFormat } from '#libs/crypto';
import { Metrics } from '#libs/observability';
import { ApiKeyActivity } from '../../src/api-keys/api-key.activity.js';
import { ApiKeyAuthenticator } from '../../src/api-keys/api-key.authenticator.js';
import { ApiKeyLookupRepository, FIND_BY_HASH } from '../../src/api-keys/api-key-lookup.repository.js';
import { ApiKeyVerifier } from '../../src/api-keys/api-key.verifier.js';
import { UserBanned } from '../../src/users/events/user.events.js';
import { createApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenModel } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import { planOf } from '../support/query-plan.js';
import { TcpGate } from '../support/tcp-gate.js';

const fresh = (): string => new SecretFormat('sk-sluice-').issue().value;

describe('API keys on the hot path', () => {
  let database: TestDatabase;
  let gate: TcpGate;
  let t: TestApp;
  let verifier: ApiKeyVerifier;
  let user: GivenUser;
  let lookups: jest.SpyInstance;

  beforeAll(async () => {
    database = await createTestDatabase();
    gate = await TcpGate.before(database.url);
    t = await createApp({ databaseUrl: gate.through(database.url) });
    verifier = t.app.get(ApiKeyVerifier);
    // Watched, not replaced: it counts the questions to the database.
    lookups = jest.spyOn(t.app.get(ApiKeyLookupRepository), 'findByHash');
    user = await givenUser(t);
    await givenModel(t, { id: 'm1' });
    await givenSubscription(t, user, 'm1');
  });
  beforeEach(() => lookups.mockClear());
  afterAll(async () => {
    await gate.reopen();
    await t.close();
    await gate.shut();
    await database.drop();
  });

  const outcome = async (key: string): Promise<string> => (await verifier.verify(key)).outcome;

  it('asks the database for what can be a key, once for calls that come together, and not again for a moment', async () => {
    expect(await outcome('garbage')).toBe('malformed');
    expect(await outcome(`${fresh().slice(0, -1)}!`)).toBe('malformed');
    expect(lookups).not.toHaveBeenCalled();

    const { id, key } = await givenApiKey(t, user, ['m1']);
    const together = await Promise.all(Array.from({ length: 20 }, async () => verifier.verify(key)));
    expect(together[0]).toEqual({
      outcome: 'accepted',
      principal: { kind: 'api-key', id, userId: user.id, models: new Set(['m1']) },
    });
    expect(new Set(together.map((each) => each.outcome))).toEqual(new Set(['accepted']));
    expect(verifier.verify(key)).not.toBeInstanceOf(Promise);
    const unknown = fresh();
    expect([await outcome(unknown), await outcome(unknown)]).toEqual(['unknown', 'unknown']);
    expect(lookups).toHaveBeenCalledTimes(2);
  });

  it('notices a change by another replica within two seconds', async () => {
    const { id, key } = await givenApiKey(t, user, ['m1']);
    expect(await outcome(key)).toBe('accepted');
    await t.db.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [id]);
    await eventually(async () => expect(await outcome(key)).toBe('revoked'), 2_500);
  });

  it('asks again for the keys of whoever is banned or changed alone', async () => {
    const someone = await givenUser(t);
    await givenSubscription(t, someone, 'm1');
    const [theirs, other] = [await givenApiKey(t, someone, ['m1']), await givenApiKey(t, user, ['m1'])];
    expect([await outcome(theirs.key), await outcome(other.key)]).toEqual(['accepted', 'accepted']);
    verifier.forgetBanned(new UserBanned(SYSTEM, someone.id, t.clock.date(), null));
    expect(verifier.verify(other.key)).not.toBeInstanceOf(Promise);
    expect(verifier.verify(theirs.key)).toBeInstanceOf(Promise);
  });

  it('does not believe an answer from before a revocation', async () => {
    const { id, key } = await givenApiKey(t, user, ['m1']);
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      lookups.mockImplementationOnce(async function (this: ApiKeyLookupRepository, hashes: readonly Buffer[]) {
        const found = await ApiKeyLookupRepository.prototype.findByHash.call(this, hashes);
        resolve();
        await new Promise<void>((go) => (answer = go));
        return found;
      });
    });
    const early = verifier.verify(key);
    await asked;
    expect((await user.http.delete(`/api/v1/api-keys/${id}`)).status).toBe(204);
    answer();
    await early;
    expect(await outcome(key)).toBe('revoked');
  });

  it('believes a known key while the database is away, and never calls a valid key wrong', async () => {
    const { key: known } = await givenApiKey(t, user, ['m1']);
    const { key: unseen } = await givenApiKey(t, user, ['m1']);
    expect(await outcome(known)).toBe('accepted');
    await gate.shut();
    try {
      // Past its freshness, so that the database is asked.
      await new Promise((resolve) => setTimeout(resolve, 2_100));
      expect(await outcome(known)).toBe('accepted');
      const authenticator = t.app.get(ApiKeyAuthenticator);
      expect(await authenticator.authenticate({ authorization: `Bearer ${unseen}` })).toMatchObject({
        accepted: false,
        error: { code: 'database_unavailable', kind: 'unavailable' },
      });
      expect(await outcome('garbage')).toBe('malformed');
    } finally {
      await gate.reopen();
    }
    await eventually(async () => expect(await outcome(unseen)).toBe('accepted'));
  });

  it('writes down when keys were last used, and never sets the time back', async () => {
    const authenticator = t.app.get(ApiKeyAuthenticator);
    const [used, idle] = [await givenApiKey(t, user, ['m1']), await givenApiKey(t, user, ['m1'])];
    const later = new Date(t.clock.now() + 86_400_000);
    const ahead = await givenApiKey(t, user, ['m1']);
    await t.db.query('UPDATE api_keys SET last_used_at = $2 WHERE id = $1', [ahead.id, later]);
    for (const { key } of [used, ahead]) await authenticator.authenticate({ 'x-client-api-key': key });
    await t.app.get(ApiKeyActivity).flush();
    const { rows } = await t.db.query<{ id: string; last_used_at: Date | null }>(
      'SELECT id, last_used_at FROM api_keys WHERE id = ANY($1)',
      [[used.id, idle.id, ahead.id]],
    );
    const at = new Map(rows.map(({ id, last_used_at }) => [id, last_used_at]));
    expect(Math.abs((at.get(used.id)?.getTime() ?? 0) - t.clock.now())).toBeLessThan(5_000);
    expect(at.get(idle.id)).toBeNull();
    expect(at.get(ahead.id)).toEqual(later);
  });

  it('counts every verification by its outcome', async () => {
    const counter = t.app.get(Metrics).registry.getSingleMetric('api_key_verifications_total');
    const malformed = async (): Promise<number> =>
      (await counter?.get())?.values.find(({ labels }) => labels['outcome'] === 'malformed')?.value ?? 0;
    const before = await malformed();
    await outcome('garbage');
    expect(await malformed()).toBe(before + 1);
  });

  it('ends a key at its time, although memory knows it', async () => {
    const { key } = await givenApiKey(t, user, ['m1'], { expiresAt: new Date(t.clock.now() + 3_600_000) });
    expect(await outcome(key)).toBe('accepted');
    // Sessions end as well: nothing after this asks the control plane.
    t.clock.advance({ hours: 1 });
    expect(await outcome(key)).toBe('expired');
  });

  it('H-21 finds a key by its hash through the unique index', async () => {
    await t.db.query(
      `INSERT INTO api_keys (id, user_id, name, prefix, secret_hash)
       SELECT gen_random_uuid(), $1, 'n', 'p', sha256(n::text::bytea) FROM generate_series(1, 5000) AS n`,
      [user.id],
    );
    await t.db.query('ANALYZE api_keys');
    const plan = await planOf(t, { query: FIND_BY_HASH.text, parameters: [[Buffer.alloc(40)]] });
    expect(plan.find((node) => node['Relation Name'] === 'api_keys')).toMatchObject({
      'Node Type': 'Index Scan',
      'Index Name': 'api_keys_secret_hash_key',
    });
  });
});
