import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module.js';
import { TeamsModule } from '../teams/teams.module.js';
import { UsersModule } from '../users/users.module.js';
import { ScimDiscoveryController } from './discovery/discovery.controller.js';
import { ScimGroupEntity } from './groups/scim-group.entity.js';
import { ScimGroupMembers } from './groups/scim-group.members.js';
import { ScimGroupView } from './groups/scim-group.view.js';
import { ScimGroupsController } from './groups/scim-groups.controller.js';
import { ScimGroupsReader } from './groups/scim-groups.reader.js';
import { ScimGroupsRepository } from './groups/scim-groups.repository.js';
import { ScimGroupsService } from './groups/scim-groups.service.js';
import { ScimIdentities } from './scim.identities.js';
import { ScimRoles } from './scim.roles.js';
import { ScimTokensModule } from './tokens/scim-tokens.module.js';
import { ScimAccounts } from './users/scim.accounts.js';
import { ScimUserEntity } from './users/scim-user.entity.js';
import { ScimUserFilter } from './users/scim-user.filter.js';
import { ScimUserRows } from './users/scim-user.rows.js';
import { ScimUserView } from './users/scim-user.view.js';
import { ScimUsersController } from './users/scim-users.controller.js';
import { ScimUsersReader } from './users/scim-users.reader.js';
import { ScimUsersRepository } from './users/scim-users.repository.js';
import { ScimUsersService } from './users/scim-users.service.js';
import { UserNameSealer } from './users/user-name.sealer.js';

/** Provisioning: a company's directory says who has an account, and who is in which team. */
@Module({
  imports: [
    ScimTokensModule,
    AuthModule,
    UsersModule,
    TeamsModule,
    TypeOrmModule.forFeature([ScimUserEntity, ScimGroupEntity]),
  ],
  controllers: [ScimDiscoveryController, ScimUsersController, ScimGroupsController],
  providers: [
    ScimAccounts,
    ScimGroupMembers,
    ScimGroupsReader,
    ScimGroupsRepository,
    ScimGroupsService,
    ScimGroupView,
    ScimIdentities,
    ScimRoles,
    ScimUserFilter,
    ScimUserRows,
    ScimUsersReader,
    ScimUsersRepository,
    ScimUsersService,
    ScimUserView,
    UserNameSealer,
  ],
  exports: [ScimTokensModule],
})
export class ScimModule {}
