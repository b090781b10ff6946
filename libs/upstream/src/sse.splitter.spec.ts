import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type EventFate, SseSplitter } from './sse.splitter.js';

const MIB = 1_024 * 1_024;

function splitter(fate: EventFate, maxHeldBytes: number): { cut: SseSplitter; seen: string[] } {
  const seen: string[] = [];
  const listen = (event: Buffer): EventFate => {
    seen.push(event.toString());
    return fate;
  };
  return { cut: new SseSplitter(listen, () => seen.push('too large'), 2 * MIB, maxHeldBytes), seen };
}

/** A new buffer for each piece, as a socket has it. */
function* pieces(text: string, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, k = 0; at < text.length; k += 1) {
    const size = sizes[k % sizes.length] ?? 1;
    yield Buffer.from(text.slice(at, at + size));
    at += size;
  }
}

describe('SseSplitter', () => {
  it.each([16 * 1_024, 8 * MIB])('keeps an event of single bytes in little room, holding up to %i back', (most) => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const { cut, seen } = splitter('pass', most);
    const used = (): number => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    gc();
    const before = used();
    for (let i = 0; i < MIB; i += 1) cut.push(Buffer.from('x'));
    gc();
    expect(used() - before).toBeLessThan(40 * MIB);
    cut.push(Buffer.from('\n\n'));
    expect(seen).toEqual([`${'x'.repeat(MIB)}\n\n`]);
  });

  it.each<readonly [string, readonly number[]]>([
    ['single bytes', [1]],
    ['small pieces', [7, 100, 1]],
    ['small pieces and long ones', [...Array<number>(70).fill(3), 5_000, 1, 2_000]],
  ])('puts an event and what was held back together of %s', (_, sizes) => {
    const event = `data: ${Array.from({ length: 9_000 }, (_number, i) => i).join(' ')}\n\n`;
    const { cut, seen } = splitter('hold', 8 * MIB);
    for (const piece of pieces(event + event, sizes)) expect(cut.push(piece)).toBeUndefined();
    expect(cut.end()?.toString() === event + event).toBe(true);
    expect(seen.map((text) => text === event)).toEqual([true, true]);
  });
});
