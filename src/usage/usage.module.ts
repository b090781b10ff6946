import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsageEventEntity } from './usage-event.entity.js';
import { UsageLedgerRepository } from './usage-ledger.repository.js';
import { BudgetLeaseRepository } from './budgets/budget.lease.repository.js';
import { BudgetRegistry } from './budgets/budget.registry.js';
import { Budgets } from './budgets/budgets.js';
import { Replica } from './budgets/replica.js';
import { UsageController } from './usage.controller.js';
import { UsageMeter } from './usage.meter.js';
import { UsageRepository } from './usage.repository.js';
import { UsageService } from './usage.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([UsageEventEntity])],
  controllers: [UsageController],
  providers: [
    Budgets,
    BudgetRegistry,
    BudgetLeaseRepository,
    Replica,
    UsageService,
    UsageRepository,
    UsageMeter,
    UsageLedgerRepository,
  ],
  exports: [UsageMeter],
})
export class UsageModule {}
