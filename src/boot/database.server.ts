import { join } from 'node:path';
import type { Config } from '#libs/config';
import { databaseConfig, EmbeddedPostgres } from '#libs/database';
import { dataFolder } from './data.folder.js';

/** A PostgreSQL that serves until it is stopped; one that was there before is left alone. */
export interface DatabaseServer {
  readonly url: string;
  /** Where the embedded one keeps its data. */
  readonly folder?: string;
  stop(): Promise<void>;
}

/**
 * The database that the configuration names; where it names none, the embedded one in DATA_DIR, shared with the
 * process that already runs it or started for us.
 *
 * @throws StartFailure or EmbeddedPostgresError, whose message says what to do
 */
export async function openDatabaseServer(config: Config, onProgress: (line: string) => void): Promise<DatabaseServer> {
  const { url } = config.get(databaseConfig);
  if (url !== undefined) return { url, stop: () => Promise.resolve() };
  const folder = join(dataFolder(config), 'postgres');
  const postgres = await EmbeddedPostgres.start({ dataDir: folder, onProgress });
  return { url: postgres.url, folder, stop: () => postgres.stop() };
}
