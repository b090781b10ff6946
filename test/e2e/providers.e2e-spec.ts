import { createApp, type TestApp } from '../support/app.js';
import { auditedBy } from '../support/audit-trail.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenModel } from '../support/given/models.js';
import { givenPool } from '../support/given/providers.js';
import { givenUser, type GivenUser } from '../support/given/users.js';

const PROVIDERS = '/api/v1/admin/providers';
const value = (name: string): string => `sk-upstream-${name}-0123456789abcdef`;

interface Key {
  id: string;
  state: string;
  circuit: string;
  failures: number;
  usageCount: number;
  maskedValue: string;
  cooldownUntil: string | null;
}

describe('the providers of administrators', () => {
  let t: TestApp;
  let up: FakeUpstream;
  let admin: GivenUser;
  let reader: GivenUser;
  let user: GivenUser;

  beforeAll(async () => {
    up = await FakeUpstream.start();
    t = await createApp({
      environment: {
        PROVIDER_PRIVATE_ADDRESSES: 'true',
        LITELLM_API_URL: up.url,
        LITELLM_API_KEY: `${value('env-1')},${value('env-2')}`,
      },
    });
    admin = await givenUser(t, { role: 'admin' });
    reader = await givenUser(t, { role: 'admin-readonly' });
    user = await givenUser(t);
  });
  beforeEach(() => up.reset());
  afterAll(async () => {
    await t.close();
    await up.stop();
  });

  describe('K-01', () => {
    const draft = (more: object = {}) => ({
      name: `Provider ${Math.random()}`,
      type: 'openai',
      baseUrl: 'https://api.example.com/v1',
      ...more,
    });

    it('K-01 are made, shown, changed and deleted by administrators', async () => {
      const made = await admin.http.post<{ data: Record<string, unknown> }>(
        PROVIDERS,
        draft({ name: 'Grüße an alle!', baseUrl: 'https://api.example.com/v1/' }),
      );
      expect(made.status).toBe(201);
      expect(made.body.data).toMatchObject({
        name: 'Grüße an alle!',
        slug: 'gru-e-an-alle',
        type: 'openai',
        baseUrl: 'https://api.example.com/v1',
        source: 'admin',
        enabled: true,
        keyCount: 0,
        rotation: 'round_robin',
      });
      const path = `${PROVIDERS}/${String(made.body.data['id'])}`;
      const changed = await admin.http.patch(path, { name: 'Another', baseUrl: 'https://other.example.com' });
      expect([changed.status, changed.body]).toMatchObject([
        200,
        { data: { name: 'Another', baseUrl: 'https://other.example.com' } },
      ]);
      expect((await reader.http.get(path)).body).toEqual(changed.body);
      expect((await admin.http.delete(path)).status).toBe(204);
      expect((await admin.http.get(path)).status).toBe(404);
    });

    it('K-01 show those of the environment beside them, which cannot be changed here', async () => {
      const { body } = await reader.http.get<{ data: { id: string; source: string; slug: string }[] }>(PROVIDERS);
      const own = body.data.find(({ source }) => source === 'environment');
      expect(own).toMatchObject({ slug: 'litellm', keyCount: 2, healthyKeyCount: 2 });
      const path = `${PROVIDERS}/${own?.id ?? ''}`;
      for (const refused of [
        await admin.http.patch(path, { name: 'Mine' }),
        await admin.http.delete(path),
        await admin.http.post(`${path}/keys`, { value: value('x') }),
        await admin.http.post(`${path}/keys/import`, { text: value('x') }),
      ]) {
        expect([refused.status, refused.body]).toMatchObject([409, { error: { code: 'provider_read_only' } }]);
      }
    });

    it.each(['http://169.254.169.254', 'http://0xa9fea9fe', 'http://[fe80::1]', 'http://[::ffff:a9fe:a9fe]/v1'])(
      'K-01 never live at %s',
      async (baseUrl) => {
        const answer = await admin.http.post(PROVIDERS, draft({ baseUrl, allowPrivate: true }));
        expect([answer.status, answer.body]).toMatchObject([
          400,
          { error: { code: 'provider_address_refused', param: 'baseUrl' } },
        ]);
      },
    );

    it('K-01 live at a private address only where both the operator and the administrator say so', async () => {
      const baseUrl = 'http://127.0.0.1:9';
      expect((await admin.http.post(PROVIDERS, draft({ baseUrl }))).status).toBe(400);
      expect((await admin.http.post(PROVIDERS, draft({ baseUrl, allowPrivate: true }))).status).toBe(201);
      const strict = await createApp({ databaseUrl: t.databaseUrl });
      try {
        const again = await givenUser(strict, { role: 'admin' });
        expect((await again.http.post(PROVIDERS, draft({ baseUrl, allowPrivate: true }))).status).toBe(400);
      } finally {
        await strict.close();
      }
    });

    it('K-01 keep their names apart, and are not deleted with keys or models', async () => {
      const pool = await givenPool(admin, up, [value('kept')], { name: 'Only one' });
      const twin = await admin.http.post(PROVIDERS, draft({ name: 'only ONE' }));
      expect([twin.status, twin.body]).toMatchObject([409, { error: { code: 'provider_name_taken' } }]);
      const withKeys = await admin.http.delete(`${PROVIDERS}/${pool.id}`);
      expect([withKeys.status, withKeys.body]).toMatchObject([409, { error: { code: 'provider_has_keys' } }]);
      const moved = await admin.http.patch(`${PROVIDERS}/${pool.id}`, { baseUrl: 'https://thief.example.com/v1' });
      expect([moved.status, moved.body]).toMatchObject([409, { error: { code: 'provider_has_keys' } }]);
      expect((await admin.http.delete(`${pool.keys}/${pool.keyIds[0] ?? ''}`)).status).toBe(204);
      await givenModel(t, { provider: pool.slug });
      const withModels = await admin.http.delete(`${PROVIDERS}/${pool.id}`);
      expect([withModels.status, withModels.body]).toMatchObject([409, { error: { code: 'provider_in_use' } }]);
    });

    it('K-01 are no business of others', async () => {
      expect((await user.http.get(PROVIDERS)).status).toBe(403);
      expect((await user.http.post(PROVIDERS, draft())).status).toBe(403);
      expect((await reader.http.post(PROVIDERS, draft())).status).toBe(403);
    });
  });

  describe('keys', () => {
    it('K-02 are sealed, masked, and never shown', async () => {
      const pool = await givenPool(admin, up, []);
      const secret = value('sealed-f00d');
      const rows = await auditedBy(t, async () => {
        const added = await admin.http.post<{ data: Key }>(pool.keys, { value: secret, label: 'First' });
        expect(added.status).toBe(201);
        expect(added.body.data.maskedValue).toBe('…cdef');
        expect(added.text).not.toContain(secret);
      });
      expect(rows).toMatchObject([{ action: 'PROVIDER_KEY_ADDED', resource_type: 'provider_key' }]);
      const { rows: stored } = await t.db.query<{ everything: string }>(
        `SELECT k::text || encode(k.sealed_value, 'escape') AS everything FROM provider_keys k WHERE provider_id = $1
         UNION ALL SELECT a::text FROM audit_trail a`,
        [pool.id],
      );
      expect(stored.length).toBeGreaterThan(1);
      for (const { everything } of stored) expect(everything).not.toContain('sealed-f00d');
      expect((await reader.http.get(pool.keys)).text).not.toContain('sealed-f00d');
      expect(t.logs.join('')).not.toContain('sealed-f00d');
    });

    it('K-03 are refused the second time, by their fingerprint', async () => {
      const pool = await givenPool(admin, up, [value('twice')]);
      const again = await admin.http.post(pool.keys, { value: value('twice'), label: 'other' });
      expect([again.status, again.body]).toMatchObject([409, { error: { code: 'provider_key_exists' } }]);
      expect(again.text).not.toContain(value('twice'));
    });

    it('K-04 come in many at once, and a bad line is named by its number', async () => {
      const pool = await givenPool(admin, up, [value('old')]);
      const text = [value('a'), '', value('b'), value('old'), 'too-short-one', ` ${value('c')} `].join('\r\n');
      const answer = await admin.http.post(`${pool.keys}/import`, { text });
      expect([answer.status, answer.body]).toEqual([
        200,
        {
          data: {
            total: 5,
            success: 3,
            failed: 2,
            errors: [
              { line: 4, code: 'duplicate' },
              { line: 5, code: 'too_short' },
            ],
          },
        },
      ]);
      expect(answer.text).not.toContain('too-short-one');
      expect((await admin.http.get<{ data: Key[] }>(pool.keys)).body.data).toHaveLength(4);
      const many = Array.from({ length: 101 }, (_, line) => value(`line-${line}`)).join('\n');
      const tooMany = await admin.http.post(`${pool.keys}/import`, { text: many });
      expect([tooMany.status, tooMany.body]).toMatchObject([400, { error: { code: 'provider_key_import_invalid' } }]);
      const most = many.slice(0, many.lastIndexOf('\n'));
      const hundred = await admin.http.post(`${pool.keys}/import`, { text: most });
      expect([hundred.status, hundred.body]).toMatchObject([200, { data: { total: 100, success: 100 } }]);
    });

    it('K-05 are listed with how they do, and without a value', async () => {
      const pool = await givenPool(admin, up, [value('listed')]);
      const { body } = await reader.http.get<{ data: Record<string, unknown>[] }>(pool.keys);
      expect(body.data).toEqual([
        {
          id: pool.keyIds[0],
          providerId: pool.id,
          label: null,
          maskedValue: '…cdef',
          source: 'admin',
          enabled: true,
          state: 'healthy',
          circuit: 'closed',
          reason: null,
          failures: 0,
          cooldownUntil: null,
          lastError: null,
          lastUsedAt: null,
          usageCount: 0,
          createdAt: expect.any(String) as string,
        },
      ]);
      expect((await user.http.get(pool.keys)).status).toBe(403);
    });

    it('K-06 are deleted once', async () => {
      const pool = await givenPool(admin, up, [value('gone')]);
      const path = `${pool.keys}/${pool.keyIds[0] ?? ''}`;
      expect((await reader.http.delete(path)).status).toBe(403);
      expect((await admin.http.delete(path)).status).toBe(204);
      expect((await admin.http.delete(path)).status).toBe(404);
      const other = await givenPool(admin, up, [value('theirs')]);
      expect((await admin.http.delete(`${pool.keys}/${other.keyIds[0] ?? ''}`)).status).toBe(404);
    });

    it('K-08 take turns as chosen, also after a restart', async () => {
      const pool = await givenPool(admin, up, []);
      const path = `${PROVIDERS}/${pool.id}`;
      const chosen = await admin.http.put(`${path}/rotation`, { strategy: 'least_used' });
      expect([chosen.status, chosen.body]).toMatchObject([200, { data: { rotation: 'least_used' } }]);
      expect((await admin.http.put(`${path}/rotation`, { strategy: 'best' })).status).toBe(400);
      const restarted = await createApp({ databaseUrl: t.databaseUrl });
      try {
        const again = await givenUser(restarted, { role: 'admin' });
        expect((await again.http.get(path)).body).toMatchObject({ data: { rotation: 'least_used' } });
      } finally {
        await restarted.close();
      }
    });

    it('K-16 are tested free of charge', async () => {
      const pool = await givenPool(admin, up, [value('tested')]);
      const path = `${pool.keys}/${pool.keyIds[0] ?? ''}/test`;
      const good = await admin.http.post(path);
      expect([good.status, good.body]).toEqual([
        200,
        { data: { ok: true, latencyMs: expect.any(Number) as number, error: null } },
      ]);
      expect(up.last).toMatchObject({ method: 'GET', path: '/v1/models' });
      expect(up.last.headers['authorization']).toBe(`Bearer ${value('tested')}`);
      up.always({ status: 401 });
      const bad = await admin.http.post(path);
      expect([bad.status, bad.body]).toMatchObject([200, { data: { ok: false, error: 'HTTP 401' } }]);
      expect(bad.text).not.toContain(value('tested'));
      expect((await admin.http.get<{ data: Key[] }>(pool.keys)).body.data).toMatchObject([{ state: 'invalid' }]);
      expect((await reader.http.post(path)).status).toBe(403);
    });

    it('K-17 are given a fresh start, and it is on record', async () => {
      const pool = await givenPool(admin, up, [value('reset')]);
      const path = `${pool.keys}/${pool.keyIds[0] ?? ''}`;
      up.always({ status: 403 });
      await admin.http.post(`${path}/test`);
      const rows = await auditedBy(t, async () => {
        const answer = await admin.http.post(`${path}/circuit/reset`);
        expect([answer.status, answer.body]).toMatchObject([
          200,
          { data: { state: 'healthy', circuit: 'closed', failures: 0, reason: null } },
        ]);
      });
      expect(rows).toContainEqual(
        expect.objectContaining({
          action: 'PROVIDER_KEY_CIRCUIT_RESET',
          resource_id: pool.keyIds[0],
          actor_id: admin.id,
        }),
      );
    });
  });
});
