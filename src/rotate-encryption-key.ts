import 'reflect-metadata';
import { loadConfig, readEnvironment } from '#libs/config';
import { SealBroken } from '#libs/crypto';
import { isConnectionLoss } from '#libs/database';
import { openDatabaseServer } from './boot/database.server.js';
import { rotateEncryptionKey } from './boot/encryption.js';
import { say } from './boot/progress.js';
import { databaseFailure, StartFailure } from './boot/start-failure.js';
import { print, runTool } from './boot/tool.js';

/**
 * `npm run rotate-encryption-key`. Before it, every process must have the new key in ENCRYPTION_KEY and the old one in
 * ENCRYPTION_KEYS_OLD; after it, the old one may be dropped.
 */
runTool(async () => {
  const server = await openDatabaseServer(loadConfig(readEnvironment()), say);
  try {
    print(`${await rotateEncryptionKey(server.url)} secrets were sealed again.`);
  } catch (error) {
    if (error instanceof SealBroken) {
      throw new StartFailure(`${error.message} Put the former key into ENCRYPTION_KEYS_OLD and run the command again.`);
    }
    throw isConnectionLoss(error) ? databaseFailure(error, server) : error;
  } finally {
    await server.stop();
  }
});
