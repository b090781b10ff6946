import { defineErrors } from '#libs/kernel';

export const providerErrors = defineErrors({
  provider_not_found: ['not_found', 'There is no such provider.'],
  provider_name_taken: ['conflict', 'Another provider has this name.'],
  provider_read_only: ['conflict', 'This provider comes from the environment and is changed there.'],
  provider_has_keys: ['conflict', 'This provider still has keys. Delete them first.'],
  provider_in_use: ['conflict', 'Models or calls still refer to this provider. Disable it instead.'],
  provider_address_refused: ['invalid', 'This address must not be dialled.'],
  provider_key_not_found: ['not_found', 'There is no such key of this provider.'],
  provider_key_exists: ['conflict', 'This provider has this key already.'],
  provider_key_import_invalid: ['invalid', 'The list must have from 1 to 100 lines.'],
});
