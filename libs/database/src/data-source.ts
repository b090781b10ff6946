import { Client, type ClientConfig, Pool, type PoolConfig } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { ConfigOf } from '#libs/config';
import type { databaseConfig } from './database.config.js';

/** A migration class; the name carries its timestamp. */
export type MigrationClass = Extract<NonNullable<DataSourceOptions['migrations']>, unknown[]>[number];
export type EntityClass = Extract<NonNullable<DataSourceOptions['entities']>, unknown[]>[number];

export type ConnectionSettings = Omit<ConfigOf<typeof databaseConfig>, 'url'> & { readonly url: string };

type PostgresOptions = Omit<Extract<DataSourceOptions, { type: 'postgres' }>, 'extra'> & {
  readonly extra?: PoolConfig;
};
type Limits = Omit<ConnectionSettings, 'url'>;

const DEFAULTS: Limits = {
  poolSize: 4,
  statementTimeoutMs: 60_000,
  idleInTransactionTimeoutMs: 60_000,
};

/**
 * Somebody always hears its errors. The pool stops listening when it hands a connection over and whoever takes it begins a
 * moment later; an end that PostgreSQL announced in the same packet as its last answer falls in between, and would end
 * the process.
 */
class HeardClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

/**
 * The options of every connection to PostgreSQL, for the application, its tools and its tests alike. The
 * schema is made by migrations only.
 *
 * @param onIdleError hears of a pooled connection that broke while idle; it must not end the process
 */
export function dataSourceOptions(
  settings: ConnectionSettings,
  parts: { entities?: EntityClass[]; migrations?: MigrationClass[]; onIdleError?: (error: Error) => void } = {},
): DataSourceOptions {
  return {
    type: 'postgres',
    url: settings.url,
    applicationName: 'sluice',
    synchronize: false,
    migrationsRun: false,
    migrationsTransactionMode: 'each',
    migrationsTableName: 'schema_migrations',
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    poolSize: settings.poolSize,
    connectTimeoutMS: 5_000,
    poolErrorHandler: parts.onIdleError ?? (() => undefined),
    entities: parts.entities ?? [],
    migrations: parts.migrations ?? [],
    extra: {
      Client: HeardClient,
      statement_timeout: settings.statementTimeoutMs,
      idle_in_transaction_session_timeout: settings.idleInTransactionTimeoutMs,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
    },
  };
}

/** One that settles and one that brings in what waited, at a time. */
const PLANNED_CONNECTIONS = 2;

/**
 * Further connections to the same database, on which each prepared statement is planned once, whatever its values. Whoever
 * opens the pool ends it.
 */
export function plannedPool({ options }: DataSource): Pool {
  const { url, extra, applicationName, connectTimeoutMS, poolErrorHandler } = options as PostgresOptions;
  const pool = new Pool({
    connectionString: url,
    application_name: `${applicationName ?? 'sluice'}-ledger`,
    connectionTimeoutMillis: connectTimeoutMS,
    ...extra,
    max: PLANNED_CONNECTIONS,
    options: '-c plan_cache_mode=force_generic_plan',
    // Their plans are worth keeping.
    idleTimeoutMillis: 0,
  });
  return pool.on('error', poolErrorHandler ?? (() => undefined));
}

/** Connections of its own, outside the application: for migrations, tools and tests. */
export function createDataSource(
  url: string,
  { settings, ...parts }: { entities?: EntityClass[]; migrations?: MigrationClass[]; settings?: Partial<Limits> } = {},
): DataSource {
  return new DataSource(dataSourceOptions({ ...DEFAULTS, ...settings, url }, parts));
}
