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
  {
    table: 'terms_acceptances',
    column: 'user_id',
    onDeletion: 'cascade',
    inExport: {
      name: 'acceptedTerms',
      columns: { version: 'version', acceptedAt: 'accepted_at' },
      newestBy: 'accepted_at',
    },
  },
  {
    table: 'user_avatars',
    column: 'user_id',
    onDeletion: 'cascade',
    inExport: {
      name: 'pictures',
      columns: {
        type: 'media_type',
        // PostgreSQL breaks it into lines.
        base64: "translate(encode(bytes, 'base64'), E'\\n', '')",
        updatedAt: 'updated_at',
      },
      newestBy: 'updated_at',
    },
  },
];
