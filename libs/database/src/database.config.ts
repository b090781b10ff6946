import { defineConfig, integer, url } from '#libs/config';

export const databaseConfig = defineConfig('database', 'Database', {
  url: url('DATABASE_URL', {
    schemes: ['postgres', 'postgresql'],
    secret: true,
    description: 'PostgreSQL 14 or newer. Unset, an embedded PostgreSQL is started in DATA_DIR.',
  }),
  poolSize: integer('DATABASE_POOL_SIZE', {
    default: 10,
    min: 2,
    max: 500,
    description:
      'Most connections that one process keeps open, beside two of its ledger and one that listens for changes.',
  }),
  statementTimeoutMs: integer('DATABASE_STATEMENT_TIMEOUT_MS', {
    default: 10_000,
    min: 100,
    max: 600_000,
    description: 'PostgreSQL ends a statement that runs longer, in milliseconds.',
  }),
  idleInTransactionTimeoutMs: integer('DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS', {
    default: 15_000,
    min: 1_000,
    max: 600_000,
    description: 'PostgreSQL ends a session that idles longer inside a transaction, in milliseconds.',
  }),
});
