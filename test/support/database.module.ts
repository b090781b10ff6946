import type { DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { UnitOfWork } from '#libs/database';

/** The database for a module that is tested without the application: the caller opens and closes the source. */
export function testDatabaseModule(source: DataSource): DynamicModule {
  return {
    module: class TestDatabaseModule {},
    global: true,
    providers: [{ provide: DataSource, useValue: source }, UnitOfWork],
    exports: [DataSource, UnitOfWork],
  };
}
