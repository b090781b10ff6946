import { mkdirSync } from 'node:fs';
import { type Config, platformConfig } from '#libs/config';
import { StartFailure } from './start-failure.js';

/**
 * The folder in which everything is kept that is not in the database; made where it is not there yet.
 *
 * @throws StartFailure, whose message says what to do
 */
export function dataFolder(config: Config): string {
  const { dataDir } = config.get(platformConfig);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o755 });
  } catch {
    throw new StartFailure(
      `The folder ${dataDir} cannot be made. Make its parent writable or set DATA_DIR to another one.`,
    );
  }
  return dataDir;
}
