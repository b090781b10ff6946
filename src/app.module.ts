import { type DynamicModule, Module, type Provider, type Type } from '@nestjs/common';
import { AccessModule } from '#libs/access';
import { CacheModule } from '#libs/cache';
import { type Config, ConfigModule } from '#libs/config';
import { CryptoModule } from '#libs/crypto';
import { DatabaseModule } from '#libs/database';
import { EventsModule } from '#libs/events';
import { OperationsModule } from '#libs/http';
import { JobsModule } from '#libs/jobs';
import { Clock, SystemClock } from '#libs/kernel';
import { LimitsModule, RateTiers, SpendingCaps } from '#libs/limits';
import { MailModule } from '#libs/mail';
import { ObservabilityModule, type Redactor, type RootLogger } from '#libs/observability';
import { PersonalData } from '#libs/privacy';
import { RuntimeSettingsModule } from '#libs/settings';
import { ApiKeyAuthenticator } from './api-keys/api-key.authenticator.js';
import { ApiKeysModule } from './api-keys/api-keys.module.js';
import { AuditModule } from './audit/audit.module.js';
import { RefusalRecorder } from './audit/refusal.recorder.js';
import { AuthModule } from './auth/auth.module.js';
import { SessionAuthenticator } from './auth/sessions/session.authenticator.js';
import { personalData } from './boot/personal.data.js';
import { EncryptionModule } from './encryption/encryption.module.js';
import { GatewayModule } from './gateway/gateway.module.js';
import { ModelsModule } from './models/models.module.js';
import { PriceBook } from './models/price.book.js';
import { NotificationsModule } from './notifications/notifications.module.js';
import { PrivacyModule } from './privacy/privacy.module.js';
import { ProvidersModule } from './providers/providers.module.js';
import { ScimAuthenticator } from './scim/tokens/scim.authenticator.js';
import { ScimModule } from './scim/scim.module.js';
import { SettingsModule } from './settings/settings.module.js';
import { SubscriptionsModule } from './subscriptions/subscriptions.module.js';
import { TeamsModule } from './teams/teams.module.js';
import { PriceHistory } from './usage/price.history.js';
import { BudgetLimits } from './usage/budgets/budget.limits.js';
import { UsageModule } from './usage/usage.module.js';
import { UsersModule } from './users/users.module.js';

/** What the process brings along before there is a container. */
export interface AppParts {
  readonly config: Config;
  readonly logger: RootLogger;
  readonly redactor: Redactor;
  /** Left out, the machine's own clock. */
  readonly clock?: Clock;
}

/** The composition root: the only file that knows every feature. */
@Module({})
export class AppModule {
  static forRoot({ config, logger, redactor, clock = new SystemClock() }: AppParts): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        ObservabilityModule.forRoot(logger, redactor),
        shared({ provide: Clock, useValue: clock }),
        DatabaseModule.forRoot(),
        CryptoModule,
        EventsModule,
        MailModule,
        JobsModule,
        CacheModule,
        LimitsModule,
        RuntimeSettingsModule,
        AccessModule.forRoot({
          imports: [AuthModule, ApiKeysModule, ScimModule, AuditModule],
          authenticators: [SessionAuthenticator, ApiKeyAuthenticator, ScimAuthenticator],
          observer: RefusalRecorder,
          limiter: RateTiers,
        }),
        // Whoever has something to cap knows only that caps can be set.
        {
          module: class CapsModule {},
          global: true,
          imports: [UsageModule],
          providers: [{ provide: SpendingCaps, useExisting: BudgetLimits }],
          exports: [SpendingCaps],
        },
        OperationsModule,
        {
          // The ledger asks what models cost without knowing the catalogue.
          module: class PriceHistoryModule {},
          global: true,
          imports: [ModelsModule],
          providers: [{ provide: PriceHistory, useExisting: PriceBook satisfies Type<PriceHistory> }],
          exports: [PriceHistory],
        },
        UsersModule,
        AuthModule,
        TeamsModule,
        ProvidersModule,
        ModelsModule,
        SubscriptionsModule,
        ApiKeysModule,
        UsageModule,
        GatewayModule,
        ScimModule,
        AuditModule,
        EncryptionModule,
        shared({ provide: PersonalData, useValue: personalData }),
        PrivacyModule,
        NotificationsModule,
        SettingsModule,
      ],
    };
  }
}

/** A module of one thing that every other may ask for. */
function shared(provider: Exclude<Provider, Type>): DynamicModule {
  return { module: class SharedModule {}, global: true, providers: [provider], exports: [provider.provide] };
}
