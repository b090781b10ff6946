import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsageEventEntity } from './usage-event.entity.js';
import { UsageLedgerRepository } from './usage-ledger.repository.js';
import { BudgetLeaseRepository } from './budgets/budget.lease.repository.js';
import { BudgetLimits } from './budgets/budget.limits.js';
import { BudgetLimitsRepository } from './budgets/budget.limits.repository.js';
import { BudgetRegistry } from './budgets/budget.registry.js';
import { Budgets } from './budgets/budgets.js';
import { Replica } from './budgets/replica.js';
import { SoftBudgets } from './budgets/soft.budgets.js';
import { DurableLedger } from './durable.ledger.js';
import { CallLimits } from './limits/call.limits.js';
import { OpenCalls } from './open-calls.js';
import { OpenCallsRepository } from './open-calls.repository.js';
import { AdminUsageController } from './re-rating/admin-usage.controller.js';
import { ReRatingRepository } from './re-rating/re-rating.repository.js';
import { ReRatingService } from './re-rating/re-rating.service.js';
import { Reaper } from './reaper.js';
import { ReplicaLife } from './replica.life.js';
import { UsageController } from './usage.controller.js';
import { UsageMeter } from './usage.meter.js';
import { UsageRepository } from './usage.repository.js';
import { UsageService } from './usage.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([UsageEventEntity])],
  controllers: [UsageController, AdminUsageController],
  providers: [
    Budgets,
    BudgetLimits,
    BudgetLimitsRepository,
    SoftBudgets,
    CallLimits,
    DurableLedger,
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
  exports: [BudgetLimits, CallLimits, UsageMeter],
})
export class UsageModule {}
