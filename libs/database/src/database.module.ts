import { type DynamicModule, Inject, Logger, Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { ConfigOf } from '#libs/config';
import { Health } from '#libs/observability';
import { dataSourceOptions } from './data-source.js';
import { databaseConfig } from './database.config.js';
import { HotSql } from './hot-sql.js';
import { Notifications } from './notifications.js';
import { UnitOfWork } from './unit-of-work.js';

const log = new Logger('Database');

/** The application's connection pool, its unit of work, and its health. */
@Module({})
export class DatabaseModule implements OnModuleInit {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly health: Health,
  ) {}

  static forRoot(): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [databaseConfig.token],
          useFactory: (config: ConfigOf<typeof databaseConfig>) => ({
            ...dataSourceOptions(
              { ...config, url: config.url ?? '' },
              { onIdleError: (error) => log.warn(`An idle connection to PostgreSQL broke: ${error.message}`) },
            ),
            entities: undefined,
            autoLoadEntities: true,
            retryAttempts: 10,
            retryDelay: 500,
          }),
        }),
      ],
      providers: [UnitOfWork, HotSql, Notifications],
      exports: [UnitOfWork, HotSql, Notifications],
    };
  }

  onModuleInit(): void {
    this.health.register({
      name: 'db',
      critical: true,
      check: async () => {
        await this.dataSource.query('SELECT 1');
        return { status: 'ok' };
      },
    });
  }
}
