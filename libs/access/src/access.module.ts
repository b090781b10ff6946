import { type DynamicModule, Module, type ModuleMetadata, type Type } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { AccessGuard } from './access.guard.js';
import { type Authenticator, RefusalObserver } from './authenticator.js';
import { AUTHENTICATORS, Doorkeeper } from './doorkeeper.js';
import { DutiesModule } from './duties.module.js';
import { RequestLimiter } from './request-limiter.js';
import { Routes } from './routes.js';

/** The doorkeeper and the global guard behind it, with the authenticators that the composition root gives it. */
@Module({})
export class AccessModule {
  static forRoot(parts: {
    imports: NonNullable<ModuleMetadata['imports']>;
    authenticators: Type<Authenticator>[];
    observer: Type<RefusalObserver>;
    limiter: Type<RequestLimiter>;
  }): DynamicModule {
    return {
      module: AccessModule,
      imports: [DiscoveryModule, DutiesModule, ...parts.imports],
      providers: [
        Routes,
        Doorkeeper,
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: AUTHENTICATORS, inject: parts.authenticators, useFactory: (...all: Authenticator[]) => all },
        { provide: RefusalObserver, useExisting: parts.observer },
        { provide: RequestLimiter, useExisting: parts.limiter },
      ],
      exports: [Doorkeeper, Routes],
    };
  }
}
