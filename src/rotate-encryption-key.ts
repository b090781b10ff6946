import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { loadConfig, readEnvironment } from '#libs/config';
import { SealBroken } from '#libs/crypto';
import { isConnectionLoss } from '#libs/database';
import { openDatabaseServer } from './boot/database.server.js';
import { rotateEncryptionKey } from './boot/encryption.js';
import { say } from './boot/progress.js';
import { databaseFailure, StartFailure } from './boot/start-failure.js';
import { print, runTool, UsageError } from './boot/tool.js';

const HELP = `Usage: npm run rotate-encryption-key [-- --hashes]

Gives the keys in the database a successor and seals everything again, while replicas go on. With --hashes, the key that
hashes tokens gets a successor as well. Interrupted, it can be run again.

To change ENCRYPTION_KEY itself, first let every process have the new value in it and the old one in ENCRYPTION_KEYS_OLD.
After this command the old one may be dropped.`;

function readArguments(argv: string[]): { hashes?: boolean; help?: boolean } {
  try {
    return parseArgs({ args: argv, options: { hashes: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } })
      .values;
  } catch {
    throw new UsageError(HELP);
  }
}

runTool(async (argv) => {
  const { hashes = false, help } = readArguments(argv);
  if (help) return print(HELP);
  const server = await openDatabaseServer(loadConfig(readEnvironment()), say);
  try {
    print(`${await rotateEncryptionKey(server.url, hashes)} secrets were sealed again.`);
  } catch (error) {
    if (error instanceof SealBroken) {
      throw new StartFailure(`${error.message} Put the former key into ENCRYPTION_KEYS_OLD and run the command again.`);
    }
    throw isConnectionLoss(error) ? databaseFailure(error, server) : error;
  } finally {
    await server.stop();
  }
});
