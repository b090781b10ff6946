import fc from 'fast-check';
import { soundSeconds } from './sound.length.js';

const sized = (head: Buffer, size: number): Buffer => Buffer.concat([head], size);
const wav = (bytesPerSecond: number): Buffer => {
  const head = Buffer.from('RIFF....WAVEfmt ................', 'latin1');
  head.writeUInt32LE(bytesPerSecond, 28);
  return head;
};
const flac = (perSecond: number, samples: number): Buffer => {
  const head = Buffer.alloc(26);
  head.write('fLaC');
  head.writeUIntBE(perSecond * 16, 18, 3);
  head.writeUInt8(0xf0 | Math.floor(samples / 2 ** 32), 21);
  head.writeUInt32BE(samples % 2 ** 32, 22);
  return head;
};
const labels = Buffer.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 1, 0, ...Buffer.alloc(128)]);
const u32 = (...numbers: number[]): Buffer =>
  Buffer.concat(numbers.map((number) => Buffer.from(number.toString(16).padStart(8, '0'), 'hex')));
const box = (kind: string, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([u32(8 + content.length), Buffer.from(kind), content]);
};
const film = (...head: number[]): Buffer => box('moov', box('udta', Buffer.alloc(9)), box('mvhd', u32(...head)));
const sound = box('mdat', Buffer.alloc(160_000));
const ftyp = box('ftyp', Buffer.from('M4A '));
const counted = (second: number, third: number, fourth: number, at: number, frames: number): Buffer =>
  Buffer.concat([
    Buffer.from([0xff, second, third, fourth]),
    Buffer.alloc(at - 4),
    Buffer.from('Xing'),
    u32(1, frames),
    Buffer.alloc(40_000),
  ]);
const cover = Buffer.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 9, 0, 0, ...Buffer.alloc(147_456)]);

it.each<[string, Buffer, seconds: number]>([
  ['an MP4 whose head comes first', Buffer.concat([ftyp, film(0, 0, 0, 1_000, 9_500), sound]), 10],
  ['an MP4 whose head comes last', Buffer.concat([ftyp, sound, film(0, 0, 0, 1_000, 9_500)]), 10],
  [
    'an MP4 of a size that is written long',
    Buffer.concat([ftyp, u32(1), Buffer.from('mdat'), u32(0, 160_016), sound.subarray(8), film(0, 0, 0, 1_000, 9_500)]),
    10,
  ],
  ['an MP4 with a long head', Buffer.concat([ftyp, film(2 ** 24, 0, 0, 0, 0, 1_000, 0, 9_500), sound]), 10],
  ['an MP4 in pieces', Buffer.concat([ftyp, film(0, 0, 0, 1_000, 0), sound]), 41],
  ['an MP4 that is cut off', Buffer.concat([ftyp, box('moov', u32(80)), Buffer.alloc(3_964)]), 1],
  ['an MP3 whose rate varies', counted(0xfb, 0x90, 0, 36, 383), 11],
  ['the same in mono', counted(0xfb, 0x90, 0xc0, 21, 383), 11],
  ['the same of version 2', counted(0xf3, 0x40, 0, 21, 383), 11],
  ['the same of version 2 in mono', counted(0xf3, 0x40, 0xc0, 13, 383), 11],
  ['an MP3 with a cover', Buffer.concat([cover, sized(Buffer.from([0xff, 0xfb, 0x90, 0]), 160_000)]), 10],
  ['a WAV of 32 kB a second', sized(wav(32_000), 320_000), 10],
  ['a FLAC of silence', sized(flac(8_000, 8_000 * 60), 60_000), 60],
  ['a FLAC that does not say its length', sized(flac(8_000, 0), 40_000), 10],
  ['an MP3 of 128 kbit/s', sized(Buffer.from([0xff, 0xfb, 0x90, 0]), 160_000), 10],
  ['an MP3 of 32 kbit/s, version 2', sized(Buffer.from([0xff, 0xf3, 0x40, 0]), 40_000), 10],
  ['an MP3 with labels', sized(Buffer.concat([labels, Buffer.from([0xff, 0xfb, 0x90, 0])]), 160_000), 10],
  ['an MP3 without a rate', sized(Buffer.from([0xff, 0xfb, 0x00, 0]), 40_000), 10],
  ['anything else', Buffer.alloc(40_001), 11],
  ['nothing', Buffer.alloc(0), 0],
  ['a head that lies: no rate', sized(wav(0), 40_000), 40],
  ['a head that lies: too large a rate', sized(wav(4_000_000_000), 4_608_000), 2],
])('tells how long %s lasts', (_, bytes, seconds) => {
  expect(soundSeconds(bytes)).toBe(seconds);
});

it('is never longer than sound can be compressed, whatever the bytes', () => {
  const heads = fc.constantFrom(
    wav(7),
    flac(1, 2 ** 35),
    Buffer.from('ID3\x7f\x7f\x7f\x7f\x7f\x7f\x7f'),
    Buffer.alloc(3),
  );
  fc.assert(
    fc.property(heads, fc.nat(64), fc.uint8Array({ maxLength: 200 }), (head, kept, tail) => {
      const bytes = Buffer.concat([head.subarray(0, kept), tail]);
      return soundSeconds(bytes) <= Math.ceil(bytes.length / 1_000);
    }),
  );
});

it('is quick with a film of millions of boxes that hold nothing', () => {
  const box = Buffer.from([0, 0, 0, 8, ...Buffer.from('free')]);
  const film = Buffer.concat([Buffer.from([0, 0, 0, 8, ...Buffer.from('ftyp')]), Buffer.alloc(24_000_000, box)]);
  const start = performance.now();
  expect(soundSeconds(film)).toBeGreaterThan(0);
  expect(performance.now() - start).toBeLessThan(1_000);
});
