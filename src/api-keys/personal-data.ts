import type { PersonalColumn } from '#libs/privacy';

export const apiKeysPersonalData: readonly PersonalColumn[] = [
  {
    table: 'api_keys',
    column: 'user_id',
    onDeletion: 'cascade',
    inExport: {
      name: 'apiKeys',
      columns: {
        id: 'id',
        name: 'name',
        key: "prefix || '…'",
        createdAt: 'created_at',
        expiresAt: 'expires_at',
        revokedAt: 'revoked_at',
        lastUsedAt: 'last_used_at',
      },
      newestBy: 'created_at',
    },
  },
];
