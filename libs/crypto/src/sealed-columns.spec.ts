import { SealedBox } from './sealed-box.js';
import { declaredSealedColumns, defineSealed, placeIn } from './sealed-columns.js';

describe('sealed columns', () => {
  const column = defineSealed({ table: 'people', column: 'email_sealed', keyColumn: 'email_key_id' });

  it('are known once they are declared', () => {
    expect(declaredSealedColumns()).toContain(column);
  });

  it('open fast enough for a page of people without a cache', () => {
    const box = new SealedBox('one-of-the-keys-0123456789-abcdefghij');
    const place = placeIn(column, 'row-1');
    const sealed = box.seal('ada@example.com', place);
    box.open(sealed, place);
    const startedAt = performance.now();
    for (let n = 0; n < 1_000; n += 1) box.open(sealed, place);
    // A hundred take about a millisecond; the bound leaves room for a busy machine.
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});
