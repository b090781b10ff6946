import { readdirSync } from 'node:fs';
import { SYSTEM } from '#libs/access';
import { declaredJobs, JobRunner } from '#libs/jobs';
import { newId } from '#libs/kernel';
import { PersonalData } from '#libs/privacy';
import { AccountDeletion } from '../../src/privacy/account.deletion.js';
import { verifyLedger } from '../../src/usage/verify/ledger.verification.js';
import { AccountStanding } from '../../src/users/account.standing.js';
import { UserDirectory } from '../../src/users/user.directory.js';
import { createApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenModel } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { GIVEN_PASSWORD, givenUser, type GivenUser } from '../support/given/users.js';

interface Consent {
  readonly id: string;
  readonly withdrawnAt: string | null;
}

interface Run {
  readonly data: { due: number; deleted: number; counts: { kind: string; due: number; deleted: number }[] };
}

const password = GIVEN_PASSWORD;
const CONSENT = '/api/v1/privacy/consent';

describe('the rights of people over their data', () => {
  let t: TestApp;
  let other: TestApp;
  let admin: GivenUser;
  beforeAll(async () => {
    t = await createApp({ environment: { AUTH_RATE_MAX: '1000', REGISTRATION_RATE_MAX: '1000' } });
    other = await createApp({ databaseUrl: t.databaseUrl });
    admin = await givenUser(t, { role: 'admin' });
  });
  afterAll(async () => {
    await other.close();
    await t.close();
  });

  const signIn = async (user: GivenUser) => {
    const { body } = await t.http.post<{ data: { accessToken: string } }>('/api/auth/login', {
      email: user.email,
      password,
    });
    return t.http.bearer(body.data.accessToken);
  };

  const givenUsage = (user: { id: string }, keyId: string, modelId: string) =>
    t.db.query(
      `INSERT INTO usage_events (id, request_id, user_id, api_key_id, model_id, provider_id, operation, status,
                                 streamed, input_tokens, cached_input_tokens, output_tokens, tokens_source, cost, latency_ms)
       VALUES ($1, 'r', $2, $3, $4, $1, 'chat.completions', 'completed', false, 10, 0, 5, 'provider', 1500000000000, 5)`,
      [newId(), user.id, keyId, modelId],
    );

  /** Somebody who has one of everything. */
  async function givenLife(): Promise<{ user: GivenUser; key: Awaited<ReturnType<typeof givenApiKey>> }> {
    const user = await givenUser(t, { name: 'Barbara Liskov' });
    const model = await givenModel(t);
    await givenSubscription(t, user, model.id);
    const key = await givenApiKey(t, user, [model.id]);
    await givenUsage(user, key.id, model.id);
    await admin.http.post(`/api/v1/admin/users/${user.id}/balance/credit`, { amount: '5', reason: 'a gift' });
    await user.http.post(CONSENT, { purpose: 'product-news' });
    await user.http.patch('/api/v1/users/me', { name: 'Barbara J. Liskov' });
    await t.http.post('/api/auth/login', { email: user.email, password: 'Wrong-Horse-8-Battery' });
    return { user, key };
  }

  describe('an export', () => {
    it('A-43 holds what is kept of the person and of nobody else, and leaves no file', async () => {
      const { user, key } = await givenLife();
      const stranger = await givenLife();
      const files = readdirSync(t.dataDir, { recursive: true });
      const { status, body, text } = await user.http.post<{ data: Record<string, unknown> }>('/api/auth/export-data', {
        password,
      });
      expect(status).toBe(200);
      expect(body.data).toMatchObject({
        profile: { id: user.id, email: user.email, name: 'Barbara J. Liskov', phone: null },
        sessions: [{ ip: '127.0.0.1' }],
        signIns: [{ success: false }, { success: true, ip: '127.0.0.1' }],
        apiKeys: [{ id: key.id, name: 'a key' }],
        usage: [{ apiKeyId: key.id, cost: '1.5', inputTokens: '10' }],
        subscriptions: [{ status: 'active' }],
        teams: [{ role: 'member' }],
        consents: [{ purpose: 'product-news', withdrawnAt: null }],
        cut: {},
      });
      expect((body.data['activity'] as { action: string }[]).map(({ action }) => action)).toEqual(
        expect.arrayContaining(['SIGNED_IN', 'CONSENT_GIVEN', 'USER_UPDATED']),
      );
      for (const secret of [key.key, stranger.user.id, stranger.user.email, '$argon2', stranger.key.id]) {
        expect(text).not.toContain(secret);
      }
      expect(readdirSync(t.dataDir, { recursive: true })).toEqual(files);
    });

    it('A-43 has a part for everything that is declared to be in it', async () => {
      const user = await givenUser(t);
      const { body } = await user.http.post<{ data: Record<string, unknown> & { others: object } }>(
        '/api/auth/export-data',
        { password },
      );
      const names = t.app
        .get(PersonalData)
        .columns.flatMap(({ inExport }) => ('name' in inExport ? [inExport.name] : []));
      expect(names.filter((name) => !(name in body.data) && !(name in body.data.others))).toEqual([]);
    });

    it('A-43 wants the password, and is given once in seven days', async () => {
      const user = await givenUser(t);
      for (const [given, code] of [
        [{ password: 'Wrong-Horse-8-Battery' }, 'wrong_password'],
        [{}, 'password_required'],
      ] as const) {
        const refused = await user.http.post('/api/auth/export-data', given);
        expect([refused.status, refused.body]).toMatchObject([400, { error: { code } }]);
      }
      const both = await Promise.all([1, 2].map(() => user.http.post('/api/auth/export-data', { password })));
      expect(both.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 429]);
      const late = both.find(({ status }) => status === 429);
      expect(late?.body).toMatchObject({ error: { code: 'export_too_soon' } });
      expect(Number(late?.headers.get('retry-after'))).toBeGreaterThan(6 * 86_400);
      t.clock.advance({ days: 7, minutes: 1 });
      expect((await (await signIn(user)).post('/api/auth/export-data', { password })).status).toBe(200);
      admin = { ...admin, http: await signIn(admin) };
    });
  });

  describe('a deletion', () => {
    it('A-44 U-10 takes everything along on every replica, and leaves the books and the audit log', async () => {
      const { user, key } = await givenLife();
      expect((await key.http.get('/v1/models')).status).toBe(200);
      expect((await other.http.bearer(key.key).get('/v1/models')).status).toBe(200);
      const wrong = await user.http.post('/api/auth/delete-account', { password: 'Wrong-Horse-8-Battery' });
      expect(wrong.status).toBe(400);
      const { status, body } = await user.http.post<{ data: { deletionId: string } }>('/api/auth/delete-account', {
        password,
      });
      expect(status).toBe(202);
      const deletedAt = performance.now();
      await eventually(async () => {
        for (const { http } of [t, other]) {
          expect((await http.bearer(key.key).get('/v1/models')).status).toBe(401);
          expect((await http.bearer(user.token).get('/api/v1/auth/me')).status).toBe(401);
        }
      });
      expect(performance.now() - deletedAt).toBeLessThan(1_000);
      expect((await t.http.post('/api/auth/login', { email: user.email, password })).status).toBe(401);

      for (const { table, column, onDeletion } of t.app.get(PersonalData).columns) {
        const { rows } = await t.db.query(`SELECT 1 FROM ${table} WHERE ${column}::text = $1`, [user.id]);
        if (typeof onDeletion === 'string') expect([table, rows.length]).toEqual([table, 0]);
      }
      const { rows: usage } = await t.db.query('SELECT cost FROM usage_events WHERE user_id = $1', [user.id]);
      expect(usage).toEqual([{ cost: '1500000000000' }]);
      expect(await verifyLedger(t.databaseUrl)).toMatchObject({ holds: true });
      const audit = await admin.http.get<{ data: Record<string, unknown>[] }>(`/api/v1/admin/audit?userId=${user.id}`);
      const actions = audit.body.data.map(({ action }) => action);
      expect(actions).toEqual(
        expect.arrayContaining(['ACCOUNT_DELETED', 'USER_UPDATED', 'CONSENT_GIVEN', 'SIGNED_IN']),
      );
      expect(audit.body.data[0]).toMatchObject({ resourceId: body.data.deletionId });
    });

    it('AU-12 leaves rows of a deleted-user, without address, name, IP or program', async () => {
      const { user } = await givenLife();
      await user.http.post('/api/auth/delete-account', { password });
      const { rows } = await t.db.query<Record<string, unknown>>(
        'SELECT * FROM audit_trail WHERE actor_id = $1 OR resource_id = $1',
        [user.id],
      );
      expect(rows.length).toBeGreaterThan(4);
      for (const row of rows.filter(({ actor_id: actor }) => actor === user.id)) {
        expect(row).toMatchObject({ actor_kind: 'deleted-user', ip: null, user_agent: null });
      }
      const failed = rows.find(({ action }) => action === 'SIGN_IN_FAILED');
      expect(failed).toMatchObject({ actor_kind: 'anonymous', ip: null });
      expect(JSON.stringify(rows)).not.toMatch(/Liskov|example\.com|@|127\.0\.0\.1/);
      await expect(t.db.query('DELETE FROM audit_personal')).rejects.toMatchObject({ code: '42501' });
      await expect(t.db.query("UPDATE audit_personal SET ip = 'x'")).rejects.toMatchObject({ code: '42501' });
    });

    it('A-44 passes a team on to its longest-standing member, and deletes one without others', async () => {
      const owner = await givenUser(t, { role: 'admin' });
      const [old, young] = [await givenUser(t), await givenUser(t)];
      const made = async (slug: string) =>
        (await owner.http.post<{ data: { id: string } }>('/api/v1/teams', { slug, name: 'A team' })).body.data.id;
      const [shared, lonely] = [
        await made(`shared-${owner.id.slice(-12)}`),
        await made(`lonely-${owner.id.slice(-12)}`),
      ];
      await t.db.query(
        `INSERT INTO team_members (team_id, user_id, role, joined_at)
         VALUES ($1, $2, 'member', now() - interval '2 days'), ($1, $3, 'member', now() - interval '1 day')`,
        [shared, old.id, young.id],
      );
      expect((await owner.http.post('/api/auth/delete-account', { password })).status).toBe(202);
      const { rows } = await t.db.query(
        'SELECT user_id, role FROM team_members WHERE team_id = $1 ORDER BY joined_at',
        [shared],
      );
      expect(rows).toEqual([
        { user_id: old.id, role: 'owner' },
        { user_id: young.id, role: 'member' },
      ]);
      expect((await t.db.query('SELECT 1 FROM teams WHERE id = $1', [lonely])).rows).toEqual([]);
    });

    it('A-44 is refused where teams must be given away first', async () => {
      const strict = await createApp({ databaseUrl: t.databaseUrl, environment: { TEAM_SUCCESSION: 'refuse' } });
      try {
        const [owner, member] = [await givenUser(strict, { role: 'admin' }), await givenUser(strict)];
        const { body } = await owner.http.post<{ data: { id: string } }>('/api/v1/teams', {
          slug: `strict-${owner.id.slice(-12)}`,
          name: 'Strict',
        });
        await t.db.query("INSERT INTO team_members (team_id, user_id, role) VALUES ($1, $2, 'viewer')", [
          body.data.id,
          member.id,
        ]);
        const refused = await owner.http.post('/api/auth/delete-account', { password });
        expect(refused.body).toMatchObject({ error: { code: 'team_needs_owner', details: [{ name: 'Strict' }] } });
        expect((await owner.http.get('/api/v1/auth/me')).status).toBe(200);
      } finally {
        await strict.close();
      }
    });

    it('A-44 is refused to the last administrator, also when the last two ask at once', async () => {
      const own = await createApp();
      try {
        const [one, two] = [await givenUser(own, { role: 'admin' }), await givenUser(own, { role: 'admin' })];
        const answers = await Promise.all(
          [one, two].map(({ http }) => http.post('/api/auth/delete-account', { password })),
        );
        expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([202, 409]);
        expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
          error: { code: 'last_administrator_needed' },
        });
      } finally {
        await own.close();
      }
    });

    it('A-44 is refused to the last administrator who is not banned', async () => {
      const own = await createApp();
      try {
        const [one, two] = [await givenUser(own, { role: 'admin' }), await givenUser(own, { role: 'admin' })];
        await own.db.query("UPDATE users SET banned_until = '9999-01-01' WHERE id = $1", [two.id]);
        const refused = await one.http.post('/api/auth/delete-account', { password });
        expect([refused.status, refused.body]).toMatchObject([409, { error: { code: 'last_administrator_needed' } }]);
        const standing = own.app.get(AccountStanding, { strict: false });
        expect(await standing.follow(SYSTEM, one.id, 'user')).toMatchObject({ role: 'admin' });
        expect(await standing.follow(SYSTEM, two.id, 'user')).toMatchObject({ role: 'user' });
      } finally {
        await own.close();
      }
    });

    it('A-44 of somebody without a password needs a recent sign-in', async () => {
      const user = await givenUser(t);
      await t.db.query('UPDATE users SET password_hash = NULL WHERE id = $1', [user.id]);
      const proved = (ms: number) =>
        t.db.query('UPDATE sessions SET authenticated_at = $2 WHERE user_id = $1', [
          user.id,
          new Date(t.clock.now() - ms),
        ]);
      await proved(16 * 60_000);
      const refused = await user.http.post('/api/auth/delete-account', {});
      expect(refused.body).toMatchObject({ error: { code: 'recent_auth_required' } });
      await proved(0);
      await eventually(async () => expect((await user.http.post('/api/auth/delete-account', {})).status).toBe(202));
    });
  });

  it('A-45 keeps consents, their versions and that they were withdrawn', async () => {
    const [user, stranger] = [await givenUser(t), await givenUser(t)];
    const first = await user.http.post<{ data: Consent }>(CONSENT, { purpose: 'research', version: '1' });
    expect(first.status).toBe(201);
    expect((await user.http.post(CONSENT, { purpose: 'research', version: '1' })).status).toBe(409);
    const second = await user.http.post<{ data: Consent }>(CONSENT, { purpose: 'research', version: '2' });
    expect((await stranger.http.post(`${CONSENT}/${second.body.data.id}/withdraw`)).status).toBe(404);
    const withdrawn = await user.http.post<{ data: Consent }>(`${CONSENT}/${second.body.data.id}/withdraw`);
    expect(withdrawn.status).toBe(200);
    expect(withdrawn.body.data.withdrawnAt).toEqual(expect.any(String));
    expect((await user.http.post(`${CONSENT}/${second.body.data.id}/withdraw`)).status).toBe(404);
    const { body } = await user.http.get<{ data: Consent[] }>(CONSENT);
    expect(body.data.map(({ id }) => id)).toEqual([second.body.data.id, first.body.data.id]);
    expect(body.data.every(({ withdrawnAt }) => withdrawnAt !== null)).toBe(true);
    expect((await stranger.http.get<{ data: Consent[] }>(CONSENT)).body.data).toEqual([]);
  });

  describe('retention', () => {
    const register = async (email: string) => {
      await t.http.post('/api/auth/register', { email, password, name: 'Ada' });
      return (await t.app.get(UserDirectory).findByEmail(email))?.id ?? '';
    };
    const exists = async (id: string) =>
      (await t.db.query('SELECT 1 FROM users WHERE id = $1', [id])).rows.length === 1;
    const age = (id: string, days: number) =>
      t.db.query("UPDATE users SET created_at = $2::timestamptz - $3 * interval '1 day' WHERE id = $1", [
        id,
        t.clock.date(),
        days,
      ]);

    it('U-11 deletes accounts that nobody verified for seven days, and no other', async () => {
      const [unverified, verified, young, used] = await Promise.all(
        ['un', 've', 'yo', 'us'].map((name) => register(`${name}-verified@example.com`)),
      );
      const ids = [unverified, verified, young, used] as string[];
      await t.db.query('UPDATE users SET email_verified_at = now() WHERE id = $1', [verified]);
      for (const id of [unverified, verified, used] as string[]) await age(id, 8);
      await t.db.query('UPDATE users SET last_sign_in_at = now() WHERE id = $1', [used]);
      const job = declaredJobs().find(({ name }) => name === 'run-retention');
      expect(job && (await t.app.get(JobRunner).run(job))).toBe(true);
      expect(await Promise.all(ids.map(exists))).toEqual([false, true, true, true]);
    });

    it('U-12 goes on every day until nothing that is due is left', async () => {
      await t.db.query(
        `INSERT INTO notifications (id, kind, severity, message, resource_type, resource_id, lasts, created_at)
         SELECT gen_random_uuid(), 'older', 'info', 'm', 'r', n::text, false, now() - interval '3 years'
           FROM generate_series(1, 230) n`,
      );
      const job = declaredJobs().find(({ name }) => name === 'run-retention');
      expect(job && (await t.app.get(JobRunner).run(job))).toBe(true);
      expect((await t.db.query("SELECT 1 FROM notifications WHERE kind = 'older'")).rows).toEqual([]);
    });

    it('U-12 counts without changing anything, deletes a hundred at most, and leaves a row each time', async () => {
      await t.db.query(
        `INSERT INTO notifications (id, kind, severity, message, resource_type, resource_id, lasts, created_at)
         SELECT gen_random_uuid(), 'old', 'info', 'm', 'r', n::text, false, now() - interval '3 years'
           FROM generate_series(1, 130) n`,
      );
      const left = async () =>
        (await t.db.query<{ n: number }>("SELECT count(*)::int AS n FROM notifications WHERE kind = 'old'")).rows[0]?.n;
      const run = (body: object) => admin.http.post<Run>('/api/v1/admin/retention/run', body);
      const dry = await run({ dryRun: true });
      expect(dry.status).toBe(200);
      expect(dry.body.data.counts).toContainEqual(
        expect.objectContaining({ kind: 'notifications', due: 130, deleted: 0 }),
      );
      expect(await left()).toBe(130);
      const real = await run({ dryRun: false });
      expect(real.body.data.deleted).toBe(100);
      const rest = await left();
      expect(rest).toBeGreaterThanOrEqual(30);
      await run({ dryRun: false });
      expect(await left()).toBe(0);
      const { rows } = await t.db.query<{ new_values: { dryRun: boolean } }>(
        "SELECT new_values FROM audit_logs WHERE action = 'RETENTION_RUN' AND actor_id = $1 ORDER BY id",
        [admin.id],
      );
      expect(rows.map(({ new_values: values }) => values.dryRun)).toEqual([true, false, false]);
      expect((await (await givenUser(t)).http.post('/api/v1/admin/retention/run', {})).status).toBe(403);
    });
  });

  it('A-44 of the account of the platform itself is refused', async () => {
    const deletion = t.app.get(AccountDeletion);
    await expect(deletion.delete(SYSTEM, '00000000-0000-0000-0000-000000000001')).rejects.toMatchObject({
      code: 'user_not_found',
    });
  });
});
