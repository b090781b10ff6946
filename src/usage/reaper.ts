import { Injectable, Logger } from '@nestjs/common';
import { BudgetLeaseRepository } from './budgets/budget.lease.repository.js';
import { Replica } from './budgets/replica.js';
import { DurableLedger } from './durable.ledger.js';
import { OpenCallsRepository } from './open-calls.repository.js';
import type { LedgerRow } from './ledger.row.js';
import { UsageLedgerRepository } from './usage-ledger.repository.js';

/** Longer than a living replica can go without noting its calls. */
const ORPHAN_SECONDS = 120;

/**
 * Settles the affairs of replicas that are gone: first what waits on disk, then the calls that were under way, as
 * far as they were known, and only then are their leases free again.
 */
@Injectable()
export class Reaper {
  private readonly log = new Logger(Reaper.name);

  constructor(
    private readonly replica: Replica,
    private readonly leases: BudgetLeaseRepository,
    private readonly openCalls: OpenCallsRepository,
    private readonly ledger: UsageLedgerRepository,
    private readonly durable: DurableLedger,
  ) {}

  /** Looks for replicas that are gone, and reaps them. */
  async run(): Promise<void> {
    const departed = await this.replica.departed();
    // What a dead neighbour left on disk is spent: it comes to the ledger before its leases are free.
    if (departed.length > 0 && !(await this.durable.adopt())) return;
    for (const replicaId of departed) await this.reap(replicaId);
    await this.settleAll(() => this.openCalls.orphans(ORPHAN_SECONDS));
  }

  /** Several replicas may reap the same one at once: every step can be repeated. */
  async reap(replicaId: string): Promise<void> {
    await this.settleAll(() => this.openCalls.of(replicaId));
    await this.leases.reap(replicaId);
  }

  private async settleAll(next: () => Promise<LedgerRow[]>): Promise<void> {
    for (let calls = await next(); calls.length > 0; calls = await next()) {
      await this.ledger.append(calls);
      await this.openCalls.forget(calls.map(({ id }) => id));
      this.log.warn({ calls: calls.length }, 'Calls of a replica that is gone were settled as far as they were known');
    }
  }
}
