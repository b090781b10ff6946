import type { PersonalColumn, RetentionRule } from '#libs/privacy';

const PROOF = 'It says that the deletion was done, and nothing else.';

export const privacyPersonalData: readonly PersonalColumn[] = [
  {
    table: 'consents',
    column: 'user_id',
    onDeletion: 'cascade',
    inExport: {
      name: 'consents',
      columns: {
        id: 'id',
        purpose: 'purpose',
        version: 'version',
        givenAt: 'given_at',
        withdrawnAt: 'withdrawn_at',
      },
      newestBy: 'given_at',
    },
  },
  {
    table: 'data_exports',
    column: 'user_id',
    onDeletion: 'cascade',
    inExport: { omit: 'It says when this export was made.' },
  },
  { table: 'account_deletions', column: 'user_id', onDeletion: { keep: PROOF }, inExport: { omit: PROOF } },
];

const THREE_YEARS = 1_095;

export const privacyRetention: readonly RetentionRule[] = [
  {
    kind: 'withdrawn-consents',
    description: 'Consents that were withdrawn.',
    table: 'consents',
    since: 'withdrawn_at',
    days: THREE_YEARS,
  },
  {
    kind: 'account-deletions',
    description: 'Notes that an account was deleted.',
    table: 'account_deletions',
    since: 'deleted_at',
    days: THREE_YEARS,
  },
];
