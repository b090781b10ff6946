import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, type Environment, loadConfig, platformConfig } from '#libs/config';
import { databaseConfig, EmbeddedPostgres, runMigrations } from '#libs/database';
import { migrations } from '../../migrations/index.js';
import { configuredProviders } from '../providers/configured-providers.js';
import { providersConfig } from '../providers/providers.config.js';
import { say, step } from './progress.js';
import { SimulatorProcess } from './simulator.process.js';
import { databaseFailure, StartFailure } from './start-failure.js';

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
    const databaseUrl = given.get(databaseConfig).url ?? (await startDatabase(given, stops));
    await step('The schema is up to date', () => migrate(databaseUrl));
    const simulatorUrl = needsSimulator(given) ? await startSimulator(stops) : undefined;
    const config = loadConfig({
      ...environment,
      [databaseConfig.variables.url.env]: databaseUrl,
      ...(simulatorUrl === undefined ? {} : { [providersConfig.variables.simulatorUrl.env]: simulatorUrl }),
    });
    return { config, simulated: simulatorUrl !== undefined, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startDatabase(config: Config, stops: (() => Promise<void>)[]): Promise<string> {
  const { dataDir } = config.get(platformConfig);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o755 });
  } catch {
    throw new StartFailure(
      `The folder ${dataDir} cannot be made. Make its parent writable or set DATA_DIR to another one.`,
    );
  }
  const postgres = await step('PostgreSQL runs', () =>
    EmbeddedPostgres.start({ dataDir: join(dataDir, 'postgres'), onProgress: (line) => say(`  ${line}`) }),
  );
  stops.push(() => postgres.stop());
  return postgres.url;
}

async function migrate(url: string): Promise<void> {
  try {
    await runMigrations(url, migrations);
  } catch (error) {
    throw databaseFailure(error, url);
  }
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
