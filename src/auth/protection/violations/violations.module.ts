import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { OperationsModule } from '#libs/http';
import { UsersModule } from '../../../users/users.module.js';
import { AdminViolationsController } from './admin-violations.controller.js';
import { NetworkBans } from './network.bans.js';
import { ViolationBook } from './violation.book.js';
import { ViolationEntity } from './violation.entity.js';
import { ViolationWatch } from './violation.watch.js';
import { ViolationsJobs } from './violations.jobs.js';
import { ViolationsRepository } from './violations.repository.js';
import { ViolationsService } from './violations.service.js';

/** What people and networks did that they should not, and what comes of it. */
@Module({
  imports: [UsersModule, OperationsModule, TypeOrmModule.forFeature([ViolationEntity])],
  controllers: [AdminViolationsController],
  providers: [NetworkBans, ViolationBook, ViolationWatch, ViolationsJobs, ViolationsRepository, ViolationsService],
  exports: [NetworkBans],
})
export class ViolationsModule {}
