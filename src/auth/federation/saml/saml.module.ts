import { Module } from '@nestjs/common';
import { SamlJobs } from './saml.jobs.js';
import { SamlProtocol } from './saml.protocol.js';
import { SpentAssertionsRepository } from './spent-assertions.repository.js';

/** What identity providers that speak SAML 2.0 say. */
@Module({
  providers: [SamlJobs, SamlProtocol, SpentAssertionsRepository],
  exports: [SamlProtocol],
})
export class SamlModule {}
