import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { Client } from 'pg';
import { EmbeddedPostgres } from '#libs/database';
import { newId } from '#libs/kernel';
import { eventually } from '../support/eventually.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { TcpGate } from '../support/tcp-gate.js';
import { freePort, GatewayProcess } from './gateway.process.js';
import { ANSWER_LIMIT_BYTES, scriptOf } from './provider.script.js';

const ADMIN = { email: 'faults@sluice.local', password: 'Broken-4-Times!' };
const REST_LIMIT_MS = 30_000;
/** As a replica does that needs the money. */
const RECALL_ALL = `
  SELECT pg_notify('sluice_budgets', 'recall ' || budget_id || ' 00000000-0000-7000-8000-000000000000')
    FROM budget_leases GROUP BY budget_id`;

/** Answers of `exact` cost what was held for them, to the unit; prompts of `steady` cost much less. */
export const MODELS = [
  { id: 'steady', inputCostPerToken: 0.000001, outputCostPerToken: 0.000002 },
  { id: 'exact', inputCostPerToken: 0, outputCostPerToken: 0.000002 },
] as const;

/** How long a call was with the provider, in unix milliseconds. */
export interface Visit {
  readonly receivedAtMs: number;
  readonly closedAtMs: number | undefined;
}

/** Two gateways on one PostgreSQL and one provider, each of which can be broken. */
export class House {
  readonly gateways: GatewayProcess[] = [];
  private token = '';
  private gate: TcpGate | undefined;
  private environmentNow: Readonly<Record<string, string>> = {};

  private constructor(
    private readonly folder: string,
    private readonly postgres: EmbeddedPostgres,
    readonly provider: FakeUpstream,
  ) {}

  static async open(): Promise<House> {
    const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'sluice-faults-'));
    // Not the kind for tests: what it has confirmed must be there after it was killed.
    const postgres = await EmbeddedPostgres.start({ dataDir: join(folder, 'postgres') });
    const provider = (await FakeUpstream.start()).models(MODELS).always(scriptOf);
    const house = new House(folder, postgres, provider);
    try {
      for (let i = 0; i < 2; i += 1) {
        const gateway = new GatewayProcess(await freePort(), house.environment(), join(folder, `clock-${i}`));
        house.gateways.push(gateway);
        await gateway.start();
      }
      await house.moveIn();
      return house;
    } catch (error) {
      await house.close();
      throw error;
    }
  }

  get databaseUrl(): string {
    return this.postgres.url;
  }

  async close(): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway.stop()));
    await this.gate?.shut();
    await this.provider.stop();
    await this.postgres.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Calls that reached the provider, by their request ids; of one that was tried again, the last attempt. */
  visits(): Map<string, Visit> {
    const visits = new Map<string, Visit>();
    for (const { method, json, receivedAt, closedAt } of this.provider.requests) {
      if (method !== 'POST') continue;
      const { messages } = json as { messages: { content: string }[] };
      visits.set(String(messages.at(-1)?.content).split(' ')[0] ?? '', {
        receivedAtMs: receivedAt,
        closedAtMs: closedAt,
      });
    }
    return visits;
  }

  /** A long run would not fit into memory. */
  forgetVisits(): void {
    this.provider.requests.length = 0;
  }

  /** Both gateways live in this environment beside their usual one until they are given another. */
  async inEnvironment(more: Readonly<Record<string, string>>): Promise<void> {
    if (isDeepStrictEqual(more, this.environmentNow)) return;
    this.environmentNow = more;
    const anew = async (gateway: GatewayProcess): Promise<void> => {
      await gateway.stop();
      await gateway.start(more);
    };
    await Promise.all(this.gateways.map(anew));
  }

  /**
   * From now on the gateways reach PostgreSQL through a gate that can be shut, and their wall clocks can be set.
   */
  async behindGate(): Promise<TcpGate> {
    this.gate ??= await TcpGate.before(this.databaseUrl);
    const NODE_OPTIONS = `--import=${pathToFileURL(join(__dirname, 'clock.mjs')).href}`;
    await this.inEnvironment({ NODE_OPTIONS, DATABASE_URL: this.gate.through(this.databaseUrl) });
    return this.gate;
  }

  async query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return this.inDatabase(async (db) => (await db.query<Row>(sql, values)).rows);
  }

  async inDatabase<T>(work: (db: Client) => Promise<T>): Promise<T> {
    const db = new Client({ connectionString: this.postgres.url });
    // It may be killed while we ask.
    db.on('error', () => undefined);
    await db.connect();
    try {
      return await work(db);
    } finally {
      await db.end();
    }
  }

  /** A key that may call every model. */
  async givenKey(more: Readonly<Record<string, unknown>> = {}): Promise<{ id: string; key: string }> {
    return this.post<{ id: string; key: string }>('/api/v1/api-keys', {
      name: 'faults',
      modelIds: MODELS.map(({ id }) => id),
      ...more,
    });
  }

  /** @param amount pico-dollars a period */
  async givenBudget(scope: string, scopeId: string, amount: bigint, period: string): Promise<string> {
    const id = newId();
    await this.query('INSERT INTO budgets (id, scope, scope_id, amount, period) VALUES ($1, $2, $3, $4, $5)', [
      id,
      scope,
      scopeId,
      amount.toString(),
      period,
    ]);
    await this.query("SELECT pg_notify('sluice_budgets', 'changed')");
    return id;
  }

  async ownerId(): Promise<string> {
    const [owner] = await this.query<{ id: string }>("SELECT id FROM users WHERE role = 'admin'");
    return owner?.id ?? '';
  }

  /** Kills the server of the database; its supervisor starts it again. */
  killPostgres(): void {
    const [pid] = readFileSync(join(this.folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
    process.kill(Number(pid), 'SIGKILL');
  }

  /**
   * Waits until nothing is held, leased, open or on disk any more.
   *
   * @param isRecalled asks for what is leased, which gateways otherwise give back when nobody needed it for a while
   */
  async rest(isRecalled = false): Promise<void> {
    await eventually(async () => {
      if (isRecalled) await this.query(RECALL_ALL);
      const [state] = await this.query<Record<string, number>>(
        `SELECT (SELECT count(*)::int FROM budget_periods WHERE leased <> 0) AS leased,
                (SELECT count(*)::int FROM budget_leases) AS leases,
                (SELECT count(*)::int FROM open_calls) AS open,
                (SELECT count(*)::int FROM replicas) AS replicas`,
      );
      expect(state).toEqual({ leased: 0, leases: 0, open: 0, replicas: this.gateways.length });
      for (const { url } of this.gateways) {
        const { status } = (await (await fetch(`${url}/health`)).json()) as { status: string };
        expect(status).toBe('ok');
      }
    }, REST_LIMIT_MS);
  }

  private environment(): Record<string, string> {
    return {
      // One folder for both, as on one machine: what ends is recognised by the other.
      DATA_DIR: join(this.folder, 'data'),
      DATABASE_URL: this.postgres.url,
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      PASSWORD_HASH_MEMORY_KIB: '19456',
      LITELLM_API_URL: this.provider.url,
      RATE_LIMIT_API_KEY_PER_MINUTE: '1000000000',
      GATEWAY_OPEN_CALLS_PER_KEY: '10000',
      UPSTREAM_TIMEOUT_SECONDS: '3',
      UPSTREAM_IDLE_TIMEOUT_SECONDS: '2',
      UPSTREAM_ANSWER_LIMIT_BYTES: String(ANSWER_LIMIT_BYTES),
      LOG_LEVEL: 'warn',
    };
  }

  private async moveIn(): Promise<void> {
    const { accessToken } = await this.post<{ accessToken: string }>('/api/auth/login', ADMIN);
    this.token = accessToken;
    for (const { id } of MODELS) {
      // Whoever starts first may be subscribed already.
      await this.post('/api/v1/subscriptions', { modelId: id }).catch(() => undefined);
    }
    // What is counted here is money.
    await this.query('UPDATE subscriptions SET quota_requests = 1000000000, quota_tokens = 1000000000000');
  }

  private async post<T>(path: string, body: unknown): Promise<T> {
    const response = await fetch(`${this.gateways[0]?.url ?? ''}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(this.token && { authorization: `Bearer ${this.token}` }) },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return ((await response.json()) as { data: T }).data;
  }
}
