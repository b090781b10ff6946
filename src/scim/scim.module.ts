import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ScimDiscoveryController } from './discovery/discovery.controller.js';
import { ScimTokenEntity } from './tokens/scim-token.entity.js';
import { ScimTokenSecret } from './tokens/scim-token.secret.js';
import { ScimAuthenticator } from './tokens/scim.authenticator.js';
import { ScimTokensController } from './tokens/scim-tokens.controller.js';
import { ScimTokensRepository } from './tokens/scim-tokens.repository.js';
import { ScimTokensService } from './tokens/scim-tokens.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([ScimTokenEntity])],
  controllers: [ScimTokensController, ScimDiscoveryController],
  providers: [ScimAuthenticator, ScimTokenSecret, ScimTokensRepository, ScimTokensService],
  exports: [ScimAuthenticator],
})
export class ScimModule {}
