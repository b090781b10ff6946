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

  it.each(['data: x\n', 'data:\n', `: ${'note '.repeat(20)}\ndata: ${'x'.repeat(20)}\n`])(
    'gives up on lines without an end of the event: %j',
    (lines) => {
      const decoder = new EventDecoder();
      const flood = Buffer.from(lines.repeat(Math.ceil(65_536 / lines.length)));
      expect(() => {
        for (let i = 0; i < 130; i += 1) decoder.push(flood);
      }).toThrow('too large');
    },
  );

  it('counts the unfinished line with the lines before it', () => {
    const decoder = new EventDecoder();
    const half = 'x'.repeat(5 * 1_024 * 1_024);
    decoder.push(Buffer.from(`data: ${half}\n`));
    expect(() => decoder.push(Buffer.from(`data: ${half}`))).toThrow('too large');
  });

  it('bears any number of events and of notes between them', () => {
    const decoder = new EventDecoder();
    const lines = Buffer.from(`${': alive\n'.repeat(8_192)}data: x\n\n`);
    for (let i = 0; i < 150; i += 1) expect(decoder.push(lines)).toEqual(['x']);
  });
});
