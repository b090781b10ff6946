import type { Dice } from './dice.js';

type Mutation = (bytes: Buffer, from: number, to: number, dice: Dice) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  // A bit that flipped.
  (bytes, from, _, dice) => {
    const copy = Buffer.from(bytes);
    copy[from] = (copy[from] ?? 0) ^ (1 << dice.between(0, 7));
    return copy;
  },
  // A piece that is missing, comes twice, or is something else.
  (bytes, from, to) => Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]),
  (bytes, from, to) => Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]),
  (bytes, from, to, dice) =>
    Buffer.concat([
      bytes.subarray(0, from),
      Buffer.from(Array.from({ length: to - from }, () => dice.between(0, 255))),
      bytes.subarray(to),
    ]),
  // A number that is another one.
  (bytes, _, __, dice) =>
    Buffer.from(
      bytes.toString('latin1').replaceAll(/\d+/g, (digits) => (dice.next() < 0.2 ? dice.pick(NUMBERS) : digits)),
      'latin1',
    ),
  // An end that comes too early.
  (bytes, from) => bytes.subarray(0, from),
];

const NUMBERS = ['0', '-1', '1e308', '1.5', '99999999999999999999', 'null', '"7"', 'NaN', '[]', '100000000'];

/** An answer as a broken provider, or a broken line to it, would send it. */
export function mutated(bytes: Buffer, dice: Dice): Buffer {
  let result = bytes;
  for (let n = dice.between(1, 4); n > 0; n -= 1) {
    const from = dice.between(0, Math.max(result.length - 1, 0));
    const to = Math.min(from + dice.between(1, 60), result.length);
    result = dice.pick(MUTATIONS)(result, from, to, dice);
  }
  return result;
}

/** The same bytes in pieces that end anywhere. */
export function inPieces(bytes: Buffer, dice: Dice): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const next = at + dice.between(1, 700);
    pieces.push(bytes.subarray(at, next));
    at = next;
  }
  return pieces;
}
