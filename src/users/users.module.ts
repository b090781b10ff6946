import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountChanges } from './account.changes.js';
import { AccountStanding } from './account.standing.js';
import { AdminUserLimitsController } from './admin-user-limits.controller.js';
import { AvatarsModule } from './avatars/avatars.module.js';
import { ContactSealer } from './contact.sealer.js';
import { CredentialsModule } from './credentials/credentials.module.js';
import { AdminUserDefaultsController } from './defaults/admin-user-defaults.controller.js';
import { UserDefaultsService } from './defaults/user-defaults.service.js';
import { AdminUsersController } from './people/admin-users.controller.js';
import { PeopleAdministration } from './people/people.administration.js';
import { PeopleRepository } from './people/people.repository.js';
import { ProfileController } from './profile.controller.js';
import { UserStatistics } from './statistics/user.statistics.js';
import { UserStatsController } from './statistics/user-stats.controller.js';
import { TermsModule } from './terms/terms.module.js';
import { UserDirectory } from './user.directory.js';
import { UserEntity } from './user.entity.js';
import { UserLimitsRepository } from './user-limits.repository.js';
import { UserLimitsService } from './user-limits.service.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([UserEntity]), AvatarsModule, CredentialsModule, TermsModule],
  controllers: [
    ProfileController,
    UserStatsController,
    AdminUserLimitsController,
    AdminUserDefaultsController,
    AdminUsersController,
  ],
  providers: [
    AccountStanding,
    ContactSealer,
    PeopleAdministration,
    PeopleRepository,
    AccountChanges,
    UserDirectory,
    UserDefaultsService,
    UserStatistics,
    UsersService,
    UsersRepository,
    UserLimitsService,
    UserLimitsRepository,
  ],
  exports: [AccountChanges, AccountStanding, UserDirectory, UserStatistics],
})
export class UsersModule {}
