import type { UpstreamModel } from '#libs/upstream';
import { type CatalogueRow, planSync } from './catalogue.plan.js';
import { pricePerToken } from './models.config.js';

const A = { id: '00000000-0000-7000-8000-00000000000a', slug: 'a' };
const B = { id: '00000000-0000-7000-8000-00000000000b', slug: 'b' };
const DEFAULT_PRICE = 6_000_000n;

const listed = (name: string, traits: Partial<UpstreamModel> = {}): UpstreamModel => ({
  name,
  upstreamName: name,
  inputPrice: 1n,
  outputPrice: 2n,
  supportsVision: false,
  supportsTools: false,
  supportsStreaming: true,
  supportsEmbeddings: false,
  ...traits,
});

/** What the catalogue holds after a plan. */
function after(before: readonly CatalogueRow[], { save }: { save: readonly CatalogueRow[] }): CatalogueRow[] {
  return [...new Map([...before, ...save].map((row) => [row.id, row])).values()];
}
const plan = (provider: typeof A, models: UpstreamModel[], existing: readonly CatalogueRow[] = []) =>
  planSync(provider, models, existing, { list: undefined, defaultPrice: DEFAULT_PRICE });

describe('planSync', () => {
  it('adds what is new, and plans nothing the second time', () => {
    const first = plan(A, [listed('x'), listed('y')]);
    expect(first).toMatchObject({ added: ['x', 'y'], updated: [], retired: [], prices: [] });
    expect(first.repriced.map(({ modelId }) => modelId)).toEqual(['x', 'y']);
    expect(plan(A, [listed('x'), listed('y')], first.save)).toEqual({
      save: [],
      repriced: [],
      held: [],
      added: [],
      updated: [],
      retired: [],
      prices: [],
    });
  });

  it('updates what is different and names a new price', () => {
    const before = plan(A, [listed('x'), listed('y')]).save;
    const next = plan(A, [listed('x', { inputPrice: 3n }), listed('y', { contextLength: 9 })], before);
    expect(next).toMatchObject({
      added: [],
      updated: ['x', 'y'],
      repriced: [{ modelId: 'x', price: { input: 3n, source: 'upstream' } }],
      prices: [{ model: 'x', before: '0.000000000001/0.000000000002/-', after: '0.000000000003/0.000000000002/-' }],
    });
  });

  it('retires what is gone, once, and takes it back under its name', () => {
    const before = plan(A, [listed('x'), listed('y')]).save;
    const gone = plan(A, [listed('x')], before);
    expect(gone).toMatchObject({ retired: ['y'], updated: [], added: [] });
    const rows = after(before, gone);
    expect(plan(A, [listed('x')], rows).save).toEqual([]);
    expect(plan(A, [listed('x'), listed('y')], rows)).toMatchObject({ updated: ['y'], added: [] });
  });

  it('gives a name to the first, and the second its slug in front', () => {
    const rows = after([], plan(A, [listed('x')]));
    const second = plan(B, [listed('x')], rows);
    expect(second.save).toMatchObject([{ id: 'b/x', providerId: B.id, upstreamName: 'x' }]);
    expect(plan(B, [listed('x')], after(rows, second)).save).toEqual([]);
    expect(plan(A, [listed('x')], after(rows, second)).save).toEqual([]);
  });

  it('finds a free name also when the one with the slug is taken', () => {
    const rows = after([], plan(A, [listed('x'), listed('b/x')]));
    expect(plan(B, [listed('x'), listed('b/x')], rows).added).toEqual(['b/b/x', 'b/b/b/x']);
  });

  it('passes a name on when its holder is gone', () => {
    const rows = after([], plan(A, [listed('x')]));
    const left = after(rows, plan(A, [listed('y')], rows));
    expect(plan(B, [listed('x')], left).save).toMatchObject([{ id: 'x', providerId: B.id, availability: 'available' }]);
  });

  it('B-07 prices at the default what has no price, and says so', () => {
    const [row] = plan(A, [listed('x', { inputPrice: undefined, outputPrice: undefined })]).save;
    expect(row?.price).toMatchObject({ input: DEFAULT_PRICE, output: DEFAULT_PRICE, source: 'default' });
  });

  it('believes a price of what had none until now, however high', () => {
    const plain = { inputPrice: 100n, outputPrice: 100n };
    const { save } = plan(A, [listed('x', plain)]);
    const otherPrices = { perSearch: 10_000_000_000n, audioInput: 1_600n };
    const next = plan(A, [listed('x', { ...plain, otherPrices })], save);
    expect(next.save).toMatchObject([{ price: otherPrices }]);
    const dearer = plan(
      A,
      [listed('x', { ...plain, otherPrices: { ...otherPrices, audioInput: 16_000n } })],
      next.save,
    );
    expect(dearer.save).toEqual([]);
  });

  it('does not believe a price that is ten times what it was, or a tenth, or nothing', () => {
    const { save } = plan(A, [listed('x', { inputPrice: 100n, outputPrice: 100n })]);
    for (const absurd of [{ inputPrice: 1_000n }, { outputPrice: 10n }, { inputPrice: 0n, outputPrice: 0n }]) {
      const next = plan(A, [listed('x', { inputPrice: 100n, outputPrice: 100n, ...absurd })], save);
      expect(next).toMatchObject({ save: [], repriced: [], held: [{ model: 'x' }] });
    }
    const plausible = plan(A, [listed('x', { inputPrice: 999n, outputPrice: 11n })], save);
    expect(plausible).toMatchObject({ held: [], repriced: [{ price: { input: 999n, output: 11n } }] });
    // What follows a default was a guess until then, whatever it is.
    const guessed = plan(A, [listed('y', { inputPrice: undefined, outputPrice: undefined })]).save;
    expect(plan(A, [listed('y')], guessed).held).toEqual([]);
  });

  it("leaves an administrator's models alone", () => {
    const [row] = plan(A, [listed('x')]).save;
    const own: CatalogueRow = { ...row!, source: 'admin' };
    expect(plan(A, [listed('x', { inputPrice: 9n })], [own]).save).toEqual([]);
    expect(plan(A, [], [own]).save).toEqual([]);
  });

  it('stores nothing that PostgreSQL or an address cannot carry', () => {
    const strange = [
      listed('nul\0'),
      listed('line\nend'),
      listed('n'.repeat(256)),
      listed('half\ud800'),
      listed('ok', { description: 'a\0b\ud800', contextLength: 1e12 }),
    ];
    expect(plan(A, strange).save).toMatchObject([{ id: 'ok', description: 'ab\ufffd', contextLength: null }]);
  });
});

it.each([
  ['6', 6_000_000n],
  ['0', 0n],
  ['0.15', 150_000n],
  ['0.000001', 1n],
  ['0.0000001', undefined],
  ['-1', undefined],
  ['six', undefined],
  ['9999999', undefined],
])('reads %s USD a million tokens', (text, price) => {
  expect(pricePerToken(text)).toBe(price);
});
