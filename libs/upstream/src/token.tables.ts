import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Every token of an encoding, packed: 4 MB for what takes more than 70 as strings and a map. */
export interface TokenTables {
  /** The bytes of all tokens, one after the other in the order of their ranks. */
  readonly bytes: Uint8Array;
  /** Where a token's bytes begin, by its rank; one more for the end. A rank that is no token has none. */
  readonly starts: Uint32Array;
  /** Ranks by {@link hashOf} their bytes, at the next free place; −1 where there is none. Its length is a power of two. */
  readonly slots: Int32Array;
}

const { imul } = Math;

/** FNV-1a, mixed once more because only the low bits are used. */
export function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at += 1) hash = imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}

/** @param ranks the text, or the bytes where they are no text, of each token by its rank */
export function packed(ranks: readonly (string | readonly number[] | undefined)[]): TokenTables {
  const texts = Array.from(ranks, (token) =>
    typeof token === 'string' ? Buffer.from(token) : Uint8Array.from(token ?? []),
  );
  const starts = new Uint32Array(texts.length + 1);
  texts.forEach((text, rank) => (starts[rank + 1] = (starts[rank] as number) + text.length));
  const bytes = new Uint8Array(starts[texts.length] as number);
  const slots = new Int32Array(2 ** (Math.ceil(Math.log2(texts.length)) + 1)).fill(-1);
  texts.forEach((text, rank) => {
    bytes.set(text, starts[rank]);
    if (text.length === 0) return;
    let slot = hashOf(text, 0, text.length) & (slots.length - 1);
    while (slots[slot] !== -1) slot = (slot + 1) & (slots.length - 1);
    slots[slot] = rank;
  });
  return { bytes, starts, slots };
}

/** A text, because what is compiled and what tests load lies in different places. */
const PROGRAM = `
  const { imul } = Math;
  ${hashOf.toString()}
  ${packed.toString()}
  const { bytes, starts, slots } = packed(require(process.argv[1]).default);
  for (const part of [Uint32Array.of(starts.length, slots.length), starts, slots, bytes]) {
    process.stdout.write(new Uint8Array(part.buffer));
  }
`;
const PACKED = { encoding: 'buffer', env: {}, maxBuffer: 2 ** 25, timeout: 10_000 } as const;
const WORD = Uint32Array.BYTES_PER_ELEMENT;

/**
 * The tables of o200k_base. They are read and packed by a process of their own: it takes a third of a second and a
 * hundred megabytes, of which a thread would leave most behind.
 */
export async function loadTokenTables(): Promise<TokenTables> {
  const { resolve } = createRequire(process.argv[1] ?? join(process.cwd(), 'index.js'));
  const ranks = resolve('gpt-tokenizer/bpeRanks/o200k_base');
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', PROGRAM, ranks], PACKED);
  const { buffer } = Uint8Array.from(stdout);
  const [ofStarts = 0, ofSlots = 0] = new Uint32Array(buffer, 0, 2);
  const [atSlots, atBytes] = [(2 + ofStarts) * WORD, (2 + ofStarts + ofSlots) * WORD];
  return {
    starts: new Uint32Array(buffer, 2 * WORD, ofStarts),
    slots: new Int32Array(buffer, atSlots, ofSlots),
    bytes: new Uint8Array(buffer, atBytes),
  };
}
