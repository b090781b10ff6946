import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ScimTokenEntity } from './scim-token.entity.js';
import { ScimTokenSecret } from './scim-token.secret.js';
import { ScimAuthenticator } from './scim.authenticator.js';
import { ScimTokensController } from './scim-tokens.controller.js';
import { ScimTokensRepository } from './scim-tokens.repository.js';
import { ScimTokensService } from './scim-tokens.service.js';

/** The tokens that directories prove themselves with. */
@Module({
  imports: [TypeOrmModule.forFeature([ScimTokenEntity])],
  controllers: [ScimTokensController],
  providers: [ScimAuthenticator, ScimTokenSecret, ScimTokensRepository, ScimTokensService],
  exports: [ScimAuthenticator],
})
export class ScimTokensModule {}
