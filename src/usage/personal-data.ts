import type { PersonalColumn } from '#libs/privacy';

const MONEY = 'The books must add up after the account as before it.';
const WHO_BOOKED = { omit: 'It says which administrator booked, not about whom.' };

/** Pico-dollars as a decimal of US dollars. */
const usd = (column: string) => `trim_scale(${column} / 1000000000000)::text`;

export const usagePersonalData: readonly PersonalColumn[] = [
  {
    table: 'usage_events',
    column: 'user_id',
    onDeletion: { keep: MONEY },
    inExport: {
      name: 'usage',
      columns: {
        id: 'id',
        requestId: 'request_id',
        apiKeyId: 'api_key_id',
        modelId: 'model_id',
        operation: 'operation',
        status: 'status',
        inputTokens: 'input_tokens',
        outputTokens: 'output_tokens',
        cost: usd('cost'),
        createdAt: 'created_at',
      },
      newestBy: 'created_at',
    },
  },
  {
    table: 'usage_corrections',
    column: 'user_id',
    onDeletion: { keep: MONEY },
    inExport: {
      name: 'usageCorrections',
      columns: {
        id: 'id',
        usageEventId: 'usage_event_id',
        delta: usd('delta'),
        reason: 'reason',
        createdAt: 'created_at',
      },
      newestBy: 'created_at',
    },
  },
  { table: 'usage_corrections', column: 'created_by', onDeletion: { keep: MONEY }, inExport: WHO_BOOKED },
  {
    table: 'balance_entries',
    column: 'user_id',
    onDeletion: { keep: MONEY },
    inExport: {
      name: 'balanceTransactions',
      columns: { id: 'id', kind: 'kind', amount: usd('amount'), reason: 'reason', createdAt: 'created_at' },
      newestBy: 'created_at',
    },
  },
  { table: 'balance_entries', column: 'created_by', onDeletion: { keep: MONEY }, inExport: WHO_BOOKED },
  {
    table: 'budgets',
    column: 'scope_id',
    where: "scope IN ('user', 'balance')",
    onDeletion: { keep: MONEY },
    inExport: {
      name: 'budgets',
      columns: { scope: 'scope', amount: usd('amount'), period: 'period', createdAt: 'created_at' },
      newestBy: 'created_at',
    },
  },
];
