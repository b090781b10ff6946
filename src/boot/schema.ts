import { runMigrations } from '#libs/database';
import { migrations } from '../../migrations/index.js';
import { databaseFailure } from './start-failure.js';

/** Brings the schema up to date. @throws StartFailure */
export async function migrateSchema(url: string): Promise<void> {
  try {
    await runMigrations(url, migrations);
  } catch (error) {
    throw databaseFailure(error, url);
  }
}
