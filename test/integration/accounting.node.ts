import type { DataSource } from 'typeorm';
import { createDataSource, HotSql, Notifications } from '#libs/database';
import { Health, Metrics } from '#libs/observability';
import { BudgetLeaseRepository } from '../../src/usage/budgets/budget.lease.repository.js';
import { BudgetRegistry } from '../../src/usage/budgets/budget.registry.js';
import { Budgets } from '../../src/usage/budgets/budgets.js';
import { Replica } from '../../src/usage/budgets/replica.js';
import { DurableLedger } from '../../src/usage/durable.ledger.js';
import { OpenCalls } from '../../src/usage/open-calls.js';
import { OpenCallsRepository } from '../../src/usage/open-calls.repository.js';
import { Reaper } from '../../src/usage/reaper.js';
import { ReplicaLife } from '../../src/usage/replica.life.js';
import { UsageLedgerRepository } from '../../src/usage/usage-ledger.repository.js';
import { UsageMeter } from '../../src/usage/usage.meter.js';

/** The accounting core of one process, without HTTP around it. */
export class AccountingNode {
  private constructor(
    readonly source: DataSource,
    readonly meter: UsageMeter,
    readonly ledger: DurableLedger,
    readonly reaper: Reaper,
    readonly replica: Replica,
    private readonly notifications: Notifications,
    private readonly sql: HotSql,
  ) {}

  static async start(url: string, dataDir: string): Promise<AccountingNode> {
    const source = await createDataSource(url).initialize();
    const sql = new HotSql(source);
    const settings = { url, poolSize: 4, statementTimeoutMs: 10_000, idleInTransactionTimeoutMs: 10_000 };
    const metrics = new Metrics();
    const notifications = new Notifications(settings, sql);
    const leases = new BudgetLeaseRepository(sql);
    const replica = new Replica(leases, { dataDir });
    const rows = new UsageLedgerRepository(sql);
    const ledger = new DurableLedger(rows, { dataDir }, new Health(), replica, metrics);
    const openRows = new OpenCallsRepository(sql);
    const budgets = new Budgets(new BudgetRegistry(sql), leases, replica, notifications, ledger, metrics);
    const reaper = new Reaper(replica, leases, openRows, rows, ledger);
    const life = new ReplicaLife(replica, ledger, reaper, budgets);
    await ledger.onModuleInit();
    await budgets.onApplicationBootstrap();
    await life.onApplicationBootstrap();
    const meter = new UsageMeter(ledger, budgets, new OpenCalls(openRows, replica), life, metrics);
    return new AccountingNode(source, meter, ledger, reaper, replica, notifications, sql);
  }

  async stop(): Promise<void> {
    await this.meter.beforeApplicationShutdown();
    await this.notifications.onApplicationShutdown();
    await this.sql.onApplicationShutdown();
    await this.source.destroy();
  }
}
