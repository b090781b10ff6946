import fc from 'fast-check';
import { type ImageFacts, readImage } from './image.reader.js';

const PNG = Buffer.from('89504e470d0a1a0a0000000d4948445200000010000000200806000000', 'hex');
const JPEG = Buffer.from(
  'ffd8ffe000104a46494600010100000100010000fffe0004aabbffffc00011080020001003012200021101031101',
  'hex',
);
const LOSSY = Buffer.from('524946461a000000574542505650382018000000b001009d012a100020000000', 'hex');
const LOSSLESS = Buffer.from('524946461a000000574542505650384c0e0000002f0fc007000000000000', 'hex');
const EXTENDED = Buffer.from('524946461a00000057454250565038580a000000100000000f00001f0000', 'hex');

const IMAGES: readonly (readonly [string, Buffer, ImageFacts['type']])[] = [
  ['PNG', PNG, 'image/png'],
  ['JPEG, behind a comment and a filling byte', JPEG, 'image/jpeg'],
  ['lossy WebP', LOSSY, 'image/webp'],
  ['lossless WebP', LOSSLESS, 'image/webp'],
  ['extended WebP', EXTENDED, 'image/webp'],
];

describe('an image', () => {
  it.each(IMAGES)('is read as %s', (_name, bytes, type) => {
    expect(readImage(bytes)).toEqual({ type, width: 16, height: 32 });
  });

  it.each([
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script>'.padEnd(64))],
    ['a drawing with a script', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'.padEnd(64))],
    ['a GIF', Buffer.from('GIF89a'.padEnd(64, '\0'))],
    ['a page after the name of a picture', Buffer.from('\u0089PNG\r\n<script>alert(1)</script>'.padEnd(64), 'latin1')],
    [
      'a JPEG without a frame',
      Buffer.concat([JPEG.subarray(0, 20), Buffer.from('ffda000300', 'hex'), Buffer.alloc(16)]),
    ],
    ['a sound in the same container', Buffer.from('RIFF....WAVEfmt '.padEnd(64))],
    ['nothing', Buffer.alloc(0)],
  ])('is not %s', (_name, bytes) => {
    expect(readImage(bytes)).toBeUndefined();
  });

  it('reads whatever comes without failing', () => {
    const heads = IMAGES.map(([, bytes]) => bytes);
    fc.assert(
      fc.property(
        fc.constantFrom(...heads),
        fc.nat(48),
        fc.uint8Array({ maxLength: 64 }),
        fc.array(fc.tuple(fc.nat(48), fc.nat(255)), { maxLength: 4 }),
        (head, kept, tail, changes) => {
          const bytes = Buffer.concat([head.subarray(0, kept), tail]);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          const facts = readImage(bytes);
          return facts === undefined || (Number.isInteger(facts.width) && Number.isInteger(facts.height));
        },
      ),
      { numRuns: 20_000 },
    );
  });

  it('is read by its head alone', () => {
    fc.assert(
      fc.property(fc.constantFrom(...IMAGES), fc.uint8Array({ maxLength: 256 }), ([, bytes, type], tail) => {
        expect(readImage(Buffer.concat([bytes, tail]))).toEqual({ type, width: 16, height: 32 });
      }),
    );
  });
});
