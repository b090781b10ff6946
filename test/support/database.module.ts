import type { DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { databaseConfig, HotSql, Notifications, UnitOfWork } from '#libs/database';

/** The database for a module that is tested without the application: the caller opens and closes the source. */
export function testDatabaseModule(source: DataSource): DynamicModule {
  const { url } = source.options as { url?: string };
  return {
    module: class TestDatabaseModule {},
    global: true,
    providers: [
      { provide: DataSource, useValue: source },
      { provide: databaseConfig.token, useValue: { url } },
      UnitOfWork,
      HotSql,
      Notifications,
    ],
    exports: [DataSource, UnitOfWork, HotSql, Notifications],
  };
}
