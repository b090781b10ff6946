import { defineErrors } from '#libs/kernel';

export const modelErrors = defineErrors({
  model_not_found: ['not_found', 'There is no such model.'],
  model_alias_not_found: ['not_found', 'No model has this other name.'],
  model_alias_taken: ['conflict', 'A model has this name itself.'],
  model_fallback_invalid: ['invalid', 'A model cannot stand in for itself.'],
  price_not_found: ['not_found', 'There is no such price of this model.'],
  price_invalid: ['invalid', 'This can be no price.'],
  price_in_the_past: ['invalid', 'A price holds from now on or from a later moment, never from an earlier one.'],
  price_change_absurd: [
    'conflict',
    'The price would become ten times what it is, or a tenth. Send `confirm: true` if that is meant.',
  ],
  price_moment_taken: ['conflict', 'Another price of this model begins at the same moment.'],
  price_not_removable: ['conflict', "Only an administrator's price that holds or will hold can be taken back."],
  price_is_the_last: ['conflict', 'Without this price nobody would say what the model costs.'],
});
