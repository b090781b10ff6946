import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UserStatistics } from '../users/statistics/user.statistics.js';
import { UsersModule } from '../users/users.module.js';
import { AdminBalanceController } from './balance/admin-balance.controller.js';
import { BalanceController } from './balance/balance.controller.js';
import { BalanceBooks } from './balance/balance.books.js';
import { BalanceRefill } from './balance/balance.refill.js';
import { BalanceRepository } from './balance/balance.repository.js';
import { BalanceService } from './balance/balance.service.js';
import { BalanceTransactions } from './balance/balance.transactions.js';
import { PrepaidHolds } from './balance/prepaid.holds.js';
import { StartBalance } from './balance/start.balance.js';
import { TransactionsRepository } from './balance/transactions.repository.js';
import { UsageEventEntity } from './usage-event.entity.js';
import { UsageLedgerRepository } from './usage-ledger.repository.js';
import { BudgetLeaseRepository } from './budgets/budget.lease.repository.js';
import { BudgetLimits } from './budgets/budget.limits.js';
import { BudgetLimitsRepository } from './budgets/budget.limits.repository.js';
import { BudgetRegistry } from './budgets/budget.registry.js';
import { BudgetStandings } from './budgets/budget.standings.js';
import { Budgets } from './budgets/budgets.js';
import { Replica } from './budgets/replica.js';
import { SoftBudgets } from './budgets/soft.budgets.js';
import { DurableLedger } from './durable.ledger.js';
import { CallLimits } from './limits/call.limits.js';
import { QuotaRepository } from './quotas/quota.repository.js';
import { Quotas } from './quotas/quotas.js';
import { OpenCalls } from './open-calls.js';
import { OpenCallsRepository } from './open-calls.repository.js';
import { AdminUsageController } from './re-rating/admin-usage.controller.js';
import { ReRatingRepository } from './re-rating/re-rating.repository.js';
import { ReRatingService } from './re-rating/re-rating.service.js';
import { KeptResponses } from './kept.responses.js';
import { Reaper } from './reaper.js';
import { ReplicaLife } from './replica.life.js';
import { UsageController } from './usage.controller.js';
import { UsageMeter } from './usage.meter.js';
import { UsageRepository } from './usage.repository.js';
import { UsageService } from './usage.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([UsageEventEntity]), UsersModule],
  controllers: [UsageController, BalanceController, AdminBalanceController, AdminUsageController],
  providers: [
    BalanceBooks,
    BalanceRefill,
    BalanceRepository,
    BalanceService,
    BalanceTransactions,
    PrepaidHolds,
    StartBalance,
    TransactionsRepository,
    Budgets,
    BudgetLimits,
    BudgetLimitsRepository,
    BudgetStandings,
    SoftBudgets,
    CallLimits,
    QuotaRepository,
    Quotas,
    DurableLedger,
    KeptResponses,
    OpenCalls,
    OpenCallsRepository,
    Reaper,
    ReplicaLife,
    BudgetRegistry,
    BudgetLeaseRepository,
    Replica,
    ReRatingRepository,
    ReRatingService,
    UsageService,
    UsageRepository,
    UsageMeter,
    UsageLedgerRepository,
  ],
  exports: [BudgetLimits, BudgetStandings, CallLimits, KeptResponses, PrepaidHolds, UsageMeter],
})
export class UsageModule {
  constructor(statistics: UserStatistics, usage: UsageService) {
    statistics.contribute('usage', (person) => usage.month(person));
  }
}
