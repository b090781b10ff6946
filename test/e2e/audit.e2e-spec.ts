import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Routes } from '#libs/access';
import { type MemoryRateCounters, RateCounters } from '#libs/cache';
import { createApp, type TestApp } from '../support/app.js';
import { auditedBy, auditRows } from '../support/audit-trail.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenModel } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { GIVEN_PASSWORD, givenUser, type GivenUser } from '../support/given/users.js';

interface Feed {
  readonly data: Record<string, unknown>[];
  readonly pagination: { readonly limit: number; readonly nextCursor: string | null };
}

describe('the audit log', () => {
  let t: TestApp;
  let admin: GivenUser;
  let reader: GivenUser;
  let user: GivenUser;
  beforeAll(async () => {
    t = await createApp({ environment: { AUDIT_REFUSALS_PER_MINUTE: '50' } });
    admin = await givenUser(t, { role: 'admin' });
    reader = await givenUser(t, { role: 'admin-readonly' });
    user = await givenUser(t);
  });
  afterAll(() => t.close());

  const list = (query = '', by: GivenUser = admin) => by.http.get<Feed>(`/api/v1/admin/audit${query}`);

  describe('what it keeps', () => {
    it('AU-02 shows the values before and after a change', async () => {
      const rows = await auditedBy(t, () => user.http.patch('/api/v1/users/me', { name: 'Rear Admiral Hopper' }));
      expect(rows).toMatchObject([
        {
          action: 'USER_UPDATED',
          resource_id: user.id,
          old_values: { name: 'Grace Hopper' },
          new_values: { name: 'Rear Admiral Hopper' },
        },
      ]);
      const { body } = await list(`?action=USER_UPDATED&userId=${user.id}`);
      expect(body.data).toMatchObject([
        { oldValues: { name: 'Grace Hopper' }, newValues: { name: 'Rear Admiral Hopper' }, actorId: user.id },
      ]);
    });

    it('AU-02 holds no key, password or token', async () => {
      const model = await givenModel(t);
      await givenSubscription(t, user, model.id);
      const issued = await user.http.post<{ data: { id: string; key: string } }>('/api/v1/api-keys', {
        name: `named ${GIVEN_PASSWORD} sk-sluice-abcdefgh_012345678901234567890`,
        modelIds: [model.id],
      });
      expect(issued.status).toBe(201);
      const rotated = await user.http.post<{ data: { key: string } }>(`/api/v1/api-keys/${issued.body.data.id}/rotate`);
      expect(rotated.status).toBe(200);
      await t.http.post('/api/auth/login', { email: user.email, password: 'Wrong-Horse-8-Battery' });
      const { rows } = await t.db.query<{ hash: string }>('SELECT password_hash AS hash FROM users WHERE id = $1', [
        user.id,
      ]);
      const dump = JSON.stringify(await auditRows(t));
      expect(dump).toContain('API_KEY_ISSUED');
      for (const secret of [
        issued.body.data.key,
        rotated.body.data.key,
        user.token,
        rows[0]?.hash ?? '?',
        'Wrong-Horse',
      ]) {
        expect(dump).not.toContain(secret);
      }
      expect(dump).not.toMatch(/sk-sluice-[A-Za-z0-9]|eyJ[A-Za-z0-9]|\$argon2/);
    });

    it('AU-02 keeps a change and its row together: what is refused leaves neither', async () => {
      const rows = await auditedBy(t, async () => {
        const { status } = await admin.http.post('/api/v1/teams', { slug: 'twice', name: 'One' });
        expect(status).toBe(201);
        const again = await admin.http.post('/api/v1/teams', { slug: 'twice', name: 'Two' });
        expect(again.status).toBe(409);
      });
      expect(rows.map(({ action }) => action)).toEqual(['TEAM_CREATED']);
    });

    it('knows the request also when its body comes in pieces', async () => {
      const body = JSON.stringify({ name: 'Slowly sent' });
      const { hostname, port } = new URL(t.url);
      const rows = await auditedBy(t, async () => {
        const socket = connect(Number(port), hostname);
        socket.write(
          `PATCH /api/v1/users/me HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${user.token}\r\n` +
            `user-agent: slow/1.0\r\nx-request-id: slow-1\r\ncontent-type: application/json\r\n` +
            `content-length: ${body.length}\r\nconnection: close\r\n\r\n`,
        );
        await delay(50);
        socket.write(body.slice(0, 5));
        await delay(50);
        socket.write(body.slice(5));
        for await (const chunk of socket) expect(String(chunk)).toContain('200 OK');
      });
      expect(rows).toMatchObject([{ ip: '127.0.0.1', user_agent: 'slow/1.0', request_id: 'slow-1' }]);
    });
  });

  describe('what it says of failed access', () => {
    it('counts refusals without keeping the address of anybody', async () => {
      const count = jest.spyOn(t.app.get<MemoryRateCounters>(RateCounters), 'count');
      await t.http.bearer('no-token').get('/api/v1/teams');
      const keys = count.mock.calls.map(([, name]) => name);
      count.mockRestore();
      expect(keys.length).toBeGreaterThan(0);
      expect(keys.join(' ')).not.toContain('127.0.0.1');
    });

    it('AU-06 records a wrong password', async () => {
      const rows = await auditedBy(t, async () => {
        const { status } = await t.http.post('/api/auth/login', {
          email: user.email,
          password: 'Wrong-Horse-8-Battery',
        });
        expect(status).toBe(401);
      });
      expect(rows).toMatchObject([
        {
          action: 'SIGN_IN_FAILED',
          resource_id: user.id,
          success: false,
          error_code: 'invalid_credentials',
          ip: '127.0.0.1',
        },
      ]);
    });

    it('AU-06 records a call that the role does not allow, by its template', async () => {
      const rows = await auditedBy(t, async () => {
        expect((await user.http.get('/api/v1/admin/audit?search=private')).status).toBe(403);
      });
      expect(rows).toMatchObject([
        {
          action: 'ACCESS_REFUSED',
          resource_type: 'route',
          resource_id: 'GET /api/v1/admin/audit',
          actor_kind: 'user',
          actor_id: user.id,
          success: false,
          error_code: 'permission_denied',
          ip: '127.0.0.1',
        },
      ]);
    });

    it('AU-06 records a bad credential, and never the credential', async () => {
      const bad = `${user.token.slice(0, -8)}AAAAAAAA`;
      const key = await givenApiKey(t, user, []);
      const rows = await auditedBy(t, async () => {
        expect((await t.http.bearer(bad).get('/api/v1/admin/audit')).status).toBe(401);
        expect((await key.http.get('/api/v1/admin/audit')).status).toBe(401);
      });
      expect(rows).toMatchObject([
        { action: 'ACCESS_REFUSED', actor_kind: 'anonymous', actor_id: null, success: false },
        { action: 'ACCESS_REFUSED', actor_kind: 'anonymous', actor_id: null, success: false },
      ]);
      expect(JSON.stringify(rows)).not.toContain(bad.slice(-40));
      expect(JSON.stringify(rows)).not.toContain(key.key.slice(-40));
    });

    it('AU-06 only counts strangers without a credential', async () => {
      const rows = await auditedBy(t, async () => {
        for (let call = 0; call < 5; call += 1) {
          expect((await t.http.get('/api/v1/admin/audit')).status).toBe(401);
        }
      });
      expect(rows).toEqual([]);
      const { text } = await t.http.get('/metrics');
      expect(text).toMatch(/access_refusals_total\{code="unauthorized",recorded="false"\} [5-9]/);
    });

    it('AU-06 lets nobody fill it: an address has so many rows a minute', async () => {
      const stranger = t.http.bearer('not-a-token');
      const rows = await auditedBy(t, () =>
        Promise.all(Array.from({ length: 80 }, () => stranger.get('/api/v1/admin/audit'))),
      );
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.length).toBeLessThanOrEqual(50);
    });
  });

  describe('who may read it', () => {
    it('AU-03 is for administrators, also those who may only read', async () => {
      expect((await list('', admin)).status).toBe(200);
      expect((await list('', reader)).status).toBe(200);
      expect((await list('', user)).status).toBe(403);
      expect((await t.http.get('/api/v1/admin/audit')).status).toBe(401);
    });
  });

  describe('how it is read', () => {
    it('AU-03 is a feed, newest first, that misses and repeats nothing while it grows', async () => {
      const expected = (await auditRows(t)).map(({ id }) => id).toReversed();
      const seen: unknown[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const { body, status } = await list(`?limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`);
        expect(status).toBe(200);
        seen.push(...body.data.map(({ id }) => id));
        cursor = body.pagination.nextCursor;
        // What comes meanwhile is newer than where the reader is.
        await user.http.patch('/api/v1/users/me', { name: `Name ${seen.length}` });
      }
      expect(seen).toEqual(expected);
    });

    it('AU-03 filters', async () => {
      const rows = await auditRows(t);
      const check = async (query: string, keep: (row: (typeof rows)[number]) => boolean) => {
        const { body, status } = await list(`?limit=100&endDate=${encodeURIComponent(until)}&${query}`);
        expect({ query, status }).toEqual({ query, status: 200 });
        const expected = rows
          .filter(keep)
          .map(({ id }) => id)
          .toReversed()
          .slice(0, 100);
        expect(expected.length).toBeGreaterThan(0);
        expect({ query, ids: body.data.map(({ id }) => id) }).toEqual({ query, ids: expected });
      };
      const { rows: times } = await t.db.query<{ now: Date }>('SELECT clock_timestamp() AS now');
      const until = times[0]?.now.toISOString() ?? '';
      await check('action=SIGNED_IN', ({ action }) => action === 'SIGNED_IN');
      await check(`actorId=${admin.id}`, ({ actor_id }) => actor_id === admin.id);
      await check(`userId=${user.id}`, ({ actor_id }) => actor_id === user.id);
      await check('resourceType=team', ({ resource_type }) => resource_type === 'team');
      await check(
        'excludeResourceTypes=route,session',
        ({ resource_type }) => !/^(route|session)$/.test(resource_type),
      );
      await check('success=false', ({ success }) => !success);
      await check('success=true&action=TEAM_CREATED', ({ action }) => action === 'TEAM_CREATED');
      await check('search=slow-1', ({ request_id }) => request_id === 'slow-1');
      await check(`startDate=2020-01-01&userId=${user.id}`, ({ actor_id }) => actor_id === user.id);
      expect((await list('?startDate=2999-01-01')).body.data).toEqual([]);
      expect((await list('?endDate=2020-01-01')).body.data).toEqual([]);
      const today = new Date().toISOString().slice(0, 10);
      expect((await list(`?startDate=${today}&endDate=${today}`)).body.data.length).toBeGreaterThan(0);
      const backwards = await list('?startDate=2026-11-02&endDate=2026-11-01');
      expect([backwards.status, backwards.body]).toMatchObject([400, { error: { code: 'range_invalid' } }]);
    });

    it('AU-03 takes a search for what it says: no character is a wildcard', async () => {
      const { body } = await list('?search=SIGNED%25');
      expect(body.data).toEqual([]);
      expect((await list('?search=SIGNED_')).body.data.length).toBe(
        0 + (await list('?search=SIGNED_IN')).body.data.length,
      );
      expect((await list("?search=';DROP TABLE audit_logs;--")).body.data).toEqual([]);
    });

    it.each([
      'limit=101',
      'limit=0',
      'limit=x',
      'success=maybe',
      'startDate=yesterday',
      'startDate=2026-W45',
      'startDate=2026-11',
      'startDate=2026',
      'endDate=2026-11-01T09Z',
      'endDate=2026-11-01T09:00:00',
      'cursor=1',
      'unknown=1',
      'userId=me',
    ])('AU-03 refuses %s, naming it', async (query) => {
      const { status, body } = await list(`?${query}`);
      expect(status).toBe(400);
      expect(body).toMatchObject({ error: { code: 'validation_failed', param: query.split('=')[0] } });
    });
  });

  describe('that it is append only', () => {
    it('AU-08 has no route that changes or deletes rows', () => {
      const routes = t.app.get(Routes).list();
      const touching = routes.filter(({ path, method }) => path.includes('audit') && method !== 'GET');
      expect(touching).toEqual([]);
      expect(routes.some(({ path }) => path.includes('audit'))).toBe(true);
    });

    it.each([
      "UPDATE audit_logs SET action = 'NOTHING'",
      "UPDATE audit_logs SET action = 'NOTHING' WHERE false",
      'DELETE FROM audit_logs',
      'TRUNCATE audit_logs CASCADE',
      'TRUNCATE audit_logs, users CASCADE',
      "MERGE INTO audit_logs a USING (SELECT 1) s ON true WHEN MATCHED THEN UPDATE SET action = 'NOTHING'",
    ])('AU-08 is protected by the database: %s', async (statement) => {
      const before = await auditRows(t);
      await expect(t.db.query(statement)).rejects.toMatchObject({ code: '42501' });
      expect(await auditRows(t)).toEqual(before);
    });

    it('AU-08 cannot be written over by an upsert', async () => {
      const [row] = await auditRows(t);
      await expect(
        t.db.query(
          `INSERT INTO audit_logs (id, action, resource_type, actor_kind, success) VALUES ($1, 'X', 'x', 'system', true)
           ON CONFLICT (id) DO UPDATE SET action = 'NOTHING'`,
          [row?.id],
        ),
      ).rejects.toMatchObject({ code: '42501' });
    });
  });
});
