import { type Config, type Environment, loadConfig } from '#libs/config';
import { databaseConfig } from '#libs/database';
import { configuredProviders } from '../providers/configured-providers.js';
import { providersConfig } from '../providers/providers.config.js';
import { dataFolder } from './data.folder.js';
import { type DatabaseServer, openDatabaseServer } from './database.server.js';
import { say, step } from './progress.js';
import { migrateSchema } from './schema.js';
import { SimulatorProcess } from './simulator.process.js';

/** What stands outside the application and ends after it. */
export interface Platform {
  /** The configuration with the addresses of what was started. */
  readonly config: Config;
  readonly simulated: boolean;
  stop(): Promise<void>;
}

/** Starts what the configuration leaves to us: the database, its schema, and a provider to try things with. */
export async function startPlatform(environment: Environment): Promise<Platform> {
  const given = loadConfig(environment);
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.toReversed()) await each();
  };
  try {
    const open = (): Promise<DatabaseServer> => openDatabaseServer(given, (line) => say(`  ${line}`));
    dataFolder(given);
    const named = given.get(databaseConfig).url !== undefined;
    const database = await (named ? open() : step('PostgreSQL runs', open));
    stops.push(() => database.stop());
    await step('The schema is up to date', () => migrateSchema(database));
    const simulatorUrl = needsSimulator(given) ? await startSimulator(stops) : undefined;
    const config = loadConfig(environment, {
      [databaseConfig.variables.url.env]: database.url,
      ...(simulatorUrl === undefined ? {} : { [providersConfig.variables.simulatorUrl.env]: simulatorUrl }),
    });
    for (const line of concerns(given)) say(`  ${line}`);
    return { config, simulated: simulatorUrl !== undefined, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What runs, and is hardly what somebody wants in production. */
function concerns(config: Config): string[] {
  if (config.profile !== 'production') return [];
  return [
    ...(config.get(databaseConfig).url === undefined
      ? ['Mind: DATABASE_URL is not set. The embedded PostgreSQL serves one machine, and its backups are up to you.']
      : []),
    ...(configuredProviders(config.get(providersConfig)).length === 0
      ? ['Mind: no provider is configured. Until an administrator adds one, no model can be called.']
      : []),
  ];
}

/** Nobody must mistake a simulated answer for a real one in production. */
function needsSimulator(config: Config): boolean {
  if (config.profile === 'production') return false;
  return configuredProviders(config.get(providersConfig)).length === 0;
}

async function startSimulator(stops: (() => Promise<void>)[]): Promise<string> {
  const simulator = await step('A simulated provider runs', () => SimulatorProcess.start());
  stops.push(() => simulator.stop());
  return simulator.url;
}
