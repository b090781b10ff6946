import type { PersonalColumn } from '#libs/privacy';

export const modelsPersonalData: readonly PersonalColumn[] = [
  {
    table: 'model_prices',
    column: 'created_by',
    onDeletion: { keep: 'The history of prices is what calls were rated with.' },
    inExport: { omit: 'It says which administrator set a price.' },
  },
];
