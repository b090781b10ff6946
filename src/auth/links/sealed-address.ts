import { defineSealed, placeIn, type SealedPlace } from '#libs/crypto';

const column = defineSealed({ table: 'one_time_links', column: 'address_sealed', keyColumn: 'address_key_id' });

/** Where the address belongs that a link is to bring about. */
export function addressPlace(id: string): SealedPlace {
  return placeIn(column, id);
}
