import type { PersonalColumn } from '#libs/privacy';

export const scimPersonalData: readonly PersonalColumn[] = [
  {
    table: 'scim_tokens',
    column: 'created_by',
    onDeletion: 'clear',
    inExport: { omit: 'It says which administrator made a token of the house.' },
  },
];
