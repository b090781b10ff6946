import { defineErrors } from '#libs/kernel';

export const modelErrors = defineErrors({
  model_not_found: ['not_found', 'There is no such model.'],
});
