import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AdminAuditController } from './admin-audit.controller.js';
import { AuditLog } from './audit-log.entity.js';
import { AuditLogRepository } from './audit-log.repository.js';
import { AuditRecorder } from './audit.recorder.js';
import { AuditService } from './audit.service.js';
import { OwnActivityController } from './own-activity.controller.js';
import { RefusalRecorder } from './refusal.recorder.js';
import { StrangerAllowance } from './stranger.allowance.js';

/** Listens to what happens and writes it down where it cannot be changed. */
@Module({
  imports: [TypeOrmModule.forFeature([AuditLog])],
  controllers: [AdminAuditController, OwnActivityController],
  providers: [AuditLogRepository, AuditRecorder, AuditService, RefusalRecorder, StrangerAllowance],
  exports: [RefusalRecorder],
})
export class AuditModule {}
