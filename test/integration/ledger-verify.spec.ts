import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { newId } from '#libs/kernel';
import { describeVerdict, verifyLedger } from '../../src/usage/verify/ledger.verification.js';
import { AccountingNode } from './accounting.node.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const LIMIT = 1_000n;

describe('the verification of the ledger', () => {
  let database: TestDatabase;
  let dataDir: string;
  let db: Client;
  let budgetId: string;
  let callId: string;

  /** A database with a budget of which two calls spent 300, and from which the process has gone. */
  beforeEach(async () => {
    database = await createTestDatabase();
    dataDir = mkdtempSync(join(tmpdir(), 'sluice-verify-'));
    db = new Client({ connectionString: database.url });
    await db.connect();
    budgetId = newId();
    await db.query(
      "INSERT INTO budgets (id, scope, scope_id, amount, period) VALUES ($1::uuid, 'key', $1::text, $2, 'total')",
      [budgetId, LIMIT.toString()],
    );
    const node = await AccountingNode.start(database.url, dataDir);
    for (const cost of [100n, 200n]) {
      callId = newId();
      const outcome = await node.meter.hold([`key:${budgetId}`], () => 400n);
      if (!outcome.held) throw new Error('not held');
      await node.meter.settle(
        {
          id: callId,
          requestId: callId,
          userId: newId(),
          apiKeyId: budgetId,
          modelId: 'm1',
          providerId: newId(),
          providerKeyId: undefined,
          operation: 'chat.completions',
          status: 'completed',
          httpStatus: 200,
          streamed: false,
          inputTokens: 1,
          cachedInputTokens: 0,
          outputTokens: 1,
          tokensSource: 'provider',
          cost,
          latencyMs: 1,
          firstByteMs: 1,
        },
        outcome.hold,
      );
    }
    await node.stop();
  });
  afterEach(async () => {
    await db.end();
    await database.drop();
    rmSync(dataDir, { recursive: true });
  });

  /** Names of the checks that fail, with what they found. */
  const failures = async (): Promise<Record<string, string>> => {
    const { checks, holds } = await verifyLedger(database.url);
    expect(holds).toBe(checks.every((check) => check.holds));
    return Object.fromEntries(
      checks
        .filter((check) => !check.holds)
        .map(({ name, findings }) => [name, findings.map(({ subject, detail }) => `${subject}: ${detail}`).join('\n')]),
    );
  };

  const givenReplica = async (condemnedAt: string): Promise<string> => {
    const id = newId();
    await db.query(`INSERT INTO replicas (id, host, pid, condemned_at) VALUES ($1, 'elsewhere', 1, ${condemnedAt})`, [
      id,
    ]);
    return id;
  };
  const givenLease = async (replicaId: string, amount: bigint): Promise<void> => {
    await db.query(
      'INSERT INTO budget_leases SELECT $1, budget_id, starts_at, $2 FROM budget_periods WHERE budget_id = $3',
      [replicaId, amount.toString(), budgetId],
    );
    await db.query('UPDATE budget_periods SET leased = leased + $1 WHERE budget_id = $2', [
      amount.toString(),
      budgetId,
    ]);
  };

  /** The model that the calls asked for, by whoever serves it. */
  const givenModel = async (): Promise<void> => {
    await db.query(
      "INSERT INTO providers (id, slug, name, kind, base_url) VALUES ($1, 'p', 'p', 'openai', 'http://127.0.0.1:9')",
      [budgetId],
    );
    await db.query(
      `INSERT INTO models (id, provider_id, upstream_name, max_output_tokens, availability, source)
       VALUES ('m1', $1, 'm1', 100, 'available', 'admin')`,
      [budgetId],
    );
  };

  it('finds nothing in a database that is well, at rest and at work', async () => {
    expect(await failures()).toEqual({});
    await givenLease(await givenReplica('NULL'), 700n);
    await givenLease(await givenReplica('now()'), 0n);
    expect(await failures()).toEqual({});
    expect(describeVerdict(await verifyLedger(database.url))).toContain('The ledger keeps its guarantees.');
  });

  it('finds a row that was taken away, one that was changed, and a sum that was', async () => {
    await db.query('UPDATE budget_periods SET spent = spent + 1');
    expect(await failures()).toEqual({ spent: expect.stringContaining('spent 301, rows 300 in 2 calls') as string });
    await db.query('UPDATE budget_periods SET spent = spent - 1');
    await db.query('UPDATE usage_events SET cost = cost - 1 WHERE id = $1', [callId]);
    expect(await failures()).toEqual({ spent: expect.stringContaining('rows 299') as string });
    await db.query('DELETE FROM usage_events WHERE id = $1', [callId]);
    expect(await failures()).toEqual({ spent: expect.stringContaining('rows 100 in 1 calls') as string });
    await db.query('DELETE FROM budget_periods');
    expect(await failures()).toEqual({ spent: expect.stringContaining('no such period') as string });
  });

  it('finds a quota that counted another number of calls or tokens than its rows', async () => {
    await givenModel();
    await db.query(
      `INSERT INTO users (id, email_sealed, email_key_id, email_index, name, role)
       VALUES ($1, '', 'none', '', 'A', 'user')`,
      [budgetId],
    );
    await db.query(
      `INSERT INTO subscriptions (id, user_id, model_id, status, quota_requests, quota_tokens)
       VALUES ($1, $1, 'm1', 'active', 1, 1)`,
      [budgetId],
    );
    await db.query('UPDATE usage_events SET subscription_id = $1', [budgetId]);
    expect(await failures()).toEqual({
      quotas: expect.stringContaining('counted 0 calls and 0 tokens, rows 2') as string,
    });
    await db.query(
      `INSERT INTO quota_periods (subscription_id, starts_at, ends_at, requests, tokens)
       SELECT $1, starts_at, ends_at, 2, 4 FROM quota_period($1, now())`,
      [budgetId],
    );
    expect(await failures()).toEqual({});
    await db.query('UPDATE quota_periods SET tokens = 5');
    expect(await failures()).toEqual({
      quotas: expect.stringContaining('2 calls and 5 tokens, rows 2 and 4') as string,
    });
  });

  it('finds a call that is charged to the same budget twice', async () => {
    await db.query(
      `UPDATE usage_events SET charged_budgets = charged_budgets || charged_budgets,
                               charged_periods = charged_periods || charged_periods WHERE id = $1`,
      [callId],
    );
    expect(Object.keys(await failures())).toEqual(['spent', 'charges']);
  });

  it('finds a budget that was overspent by one unit, unless its limit was changed or its provider exaggerated', async () => {
    await db.query('UPDATE budgets SET amount = 299');
    expect(await failures()).toEqual({ limit: expect.stringContaining('limit 299, spent 300, leased 0') as string });
    await db.query("UPDATE budgets SET updated_at = now() + interval '1 second'");
    expect(await failures()).toEqual({});
    await db.query('UPDATE budgets SET updated_at = created_at');
    await givenModel();
    expect(Object.keys(await failures())).toEqual(['limit']);
    await db.query('UPDATE usage_events SET output_tokens = 101 WHERE id = $1', [callId]);
    expect(await failures()).toEqual({});
  });

  it('finds a balance that moved without an entry, and an entry without its balance', async () => {
    const userId = newId();
    await db.query(
      "INSERT INTO budgets (id, scope, scope_id, amount, period) VALUES ($1::uuid, 'balance', $1::text, 5, 'total')",
      [userId],
    );
    expect(await failures()).toEqual({ balance: expect.stringContaining('amount 5, entries 0') as string });
    await db.query("INSERT INTO balance_entries (id, user_id, kind, amount) VALUES ($1, $1, 'credit', 5)", [userId]);
    expect(await failures()).toEqual({});
    await db.query("DELETE FROM budgets WHERE scope = 'balance'");
    expect(await failures()).toEqual({ balance: expect.stringContaining('amount none, entries 5') as string });
  });

  it('finds money that is leased to nobody', async () => {
    await db.query('UPDATE budget_periods SET leased = 5');
    expect(await failures()).toEqual({ leased: expect.stringContaining('leased 5, leases 0') as string });
  });

  it('finds leases of a replica that was condemned and not reaped', async () => {
    await givenLease(await givenReplica("now() - interval '3 minutes'"), 10n);
    expect(await failures()).toEqual({
      leases: expect.stringContaining('still leases 10 and was condemned') as string,
    });
  });

  it('finds leases of a replica that fell silent while another could have reaped it', async () => {
    const silent = await givenReplica('NULL');
    await db.query("UPDATE replicas SET heartbeat_at = now() - interval '3 minutes' WHERE id = $1", [silent]);
    await givenLease(silent, 10n);
    expect(await failures()).toEqual({});
    await givenReplica('NULL');
    expect(await failures()).toEqual({ leases: expect.stringContaining('is silent since') as string });
  });

  it('finds a call that stayed open after its replica', async () => {
    await db.query("INSERT INTO open_calls (id, replica_id, event) VALUES ($1, $1, '{}')", [newId()]);
    expect(await failures()).toEqual({});
    await db.query("UPDATE open_calls SET updated_at = now() - interval '3 minutes'");
    expect(await failures()).toEqual({ 'open calls': expect.stringContaining('which is unknown') as string });
  });

  it('lists what the ledger refused, until its row is there', async () => {
    const id = newId();
    await db.query("INSERT INTO usage_dead_letters (id, event, error) VALUES ($1, '{}', 'no such column')", [id]);
    expect(await failures()).toEqual({ 'dead letters': expect.stringContaining('no such column') as string });
    await db.query('UPDATE usage_dead_letters SET id = $1', [callId]);
    expect(await failures()).toEqual({});
    expect(describeVerdict(await verifyLedger(database.url))).toContain('its row was entered since');
  });
});
