import fc from 'fast-check';
import { EventDecoder } from './event.decoder.js';

/** The events of a stream that comes in pieces of so many bytes. */
function decode(stream: Buffer, size: number): string[] {
  const decoder = new EventDecoder();
  const events: string[] = [];
  for (let at = 0; at < stream.length; at += size) events.push(...decoder.push(stream.subarray(at, at + size)));
  return [...events, ...decoder.end()];
}

describe('EventDecoder', () => {
  it('finds the same events wherever line ends and characters are cut', () => {
    const line = fc.constantFrom(
      '',
      'data: é',
      'data:𝄞 x',
      'data:',
      'event: e',
      ': note',
      'data: long enough to be cut',
    );
    const part = fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r'));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), fc.integer({ min: 1, max: 9 }), (parts, size) => {
        const stream = Buffer.from(parts.flat().join(''));
        expect(decode(stream, size)).toEqual(decode(stream, stream.length || 1));
      }),
      { numRuns: 300 },
    );
  });

  it('does not take the halves of a cut line end for two', () => {
    expect(decode(Buffer.from('data: a\r\ndata: b\r\n\r\ndata: c\r\r'), 1)).toEqual(['a\nb', 'c']);
  });

  it('takes work in proportion to a long line, however small its pieces are', () => {
    const long = 'x'.repeat(8 * 1_024 * 1_024 - 100);
    const started = performance.now();
    expect(decode(Buffer.from(`data: ${long}\n\n`), 1_400)).toEqual([long]);
    const short = 'é'.repeat(100_000);
    expect(decode(Buffer.from(`data: ${short}\n\n`), 1)).toEqual([short]);
    // What reads the line anew with each piece takes many seconds.
    expect(performance.now() - started).toBeLessThan(2_500);
  });
});
