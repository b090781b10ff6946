import type { PersonalColumn } from '#libs/privacy';

export const scimPersonalData: readonly PersonalColumn[] = [
  {
    table: 'scim_tokens',
    column: 'created_by',
    onDeletion: 'clear',
    inExport: { omit: 'It says which administrator made a token of the house.' },
  },
  {
    table: 'scim_users',
    column: 'id',
    onDeletion: 'cascade',
    inExport: {
      name: 'directory',
      columns: {
        externalId: 'external_id',
        displayName: 'display_name',
        givenName: 'given_name',
        familyName: 'family_name',
        active: 'active',
        createdAt: 'created_at',
      },
      newestBy: 'created_at',
    },
  },
];
