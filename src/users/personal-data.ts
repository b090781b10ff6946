import type { PersonalColumn } from '#libs/privacy';

export const usersPersonalData: readonly PersonalColumn[] = [
  {
    table: 'user_credentials',
    column: 'user_id',
    onDeletion: 'cascade',
    inExport: {
      name: 'credentials',
      columns: { kind: 'kind', name: 'name', expiresAt: 'expires_at', updatedAt: 'updated_at' },
      newestBy: 'updated_at',
    },
  },
];
