import { runMigrations } from '#libs/database';
import { migrations } from '../../migrations/index.js';
import type { DatabaseServer } from './database.server.js';
import { databaseFailure } from './start-failure.js';

/** Brings the schema up to date. @throws StartFailure */
export async function migrateSchema(server: DatabaseServer): Promise<void> {
  try {
    await runMigrations(server.url, migrations);
  } catch (error) {
    throw databaseFailure(error, server);
  }
}
