import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from '../../users/users.module.js';
import { PersonalTokensModule } from '../tokens/personal-tokens.module.js';
import { DeviceAuthorizations } from './device.authorization.js';
import { DeviceCare } from './device.care.js';
import { DeviceCodes } from './device.codes.js';
import { DeviceController } from './device.controller.js';
import { DeviceDecisions } from './device.decisions.js';
import { DeviceGrants } from './device.grants.js';
import { DeviceLimits } from './device.limits.js';
import { DeviceRequestEntity } from './device-request.entity.js';
import { DeviceRequestsRepository } from './device-requests.repository.js';
import { OAuthController } from './oauth.controller.js';
import { OAuthDescription } from './oauth.description.js';
import { PendingRequests } from './pending.requests.js';

/** The way in for a command line without a browser. */
@Module({
  imports: [UsersModule, PersonalTokensModule, TypeOrmModule.forFeature([DeviceRequestEntity])],
  controllers: [OAuthController, DeviceController],
  providers: [
    DeviceAuthorizations,
    DeviceCare,
    DeviceCodes,
    DeviceDecisions,
    DeviceGrants,
    DeviceLimits,
    DeviceRequestsRepository,
    OAuthDescription,
    PendingRequests,
  ],
})
export class DeviceModule {}
