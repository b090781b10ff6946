/** What an image says of itself. */
export interface ImageFacts {
  readonly type: 'image/png' | 'image/jpeg' | 'image/webp';
  readonly width: number;
  readonly height: number;
}

type Size = Pick<ImageFacts, 'width' | 'height'>;

const PNG_HEAD = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

/**
 * Tells an image by its first bytes, whatever its sender calls it, and reads how large it is from its header. Nothing
 * is decoded, so a small file that would fill the memory does not.
 *
 * @returns undefined for what is no PNG (W3C), JPEG (ITU-T T.81) or WebP (RFC 9649)
 */
export function readImage(bytes: Buffer): ImageFacts | undefined {
  return readPng(bytes) ?? readJpeg(bytes) ?? readWebp(bytes);
}

function readPng(bytes: Buffer): ImageFacts | undefined {
  if (bytes.length < 24 || !bytes.subarray(0, PNG_HEAD.length).equals(PNG_HEAD)) return undefined;
  return { type: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** Goes from segment to segment until one begins a frame. */
function readJpeg(bytes: Buffer): ImageFacts | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) at += 1;
    else if (isFrame(marker)) {
      return { type: 'image/jpeg', width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    } else if (isSegment(marker)) at += 2 + bytes.readUInt16BE(at + 2);
    else return undefined;
  }
  return undefined;
}

/** SOF0 to SOF15; three of those numbers mean something else. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** What may come before a frame: tables, application data, comments. */
function isSegment(marker: number): boolean {
  return marker === 0xc4 || marker === 0xcc || marker === 0xdb || marker === 0xdd || marker >= 0xe0;
}

function readWebp(bytes: Buffer): ImageFacts | undefined {
  if (bytes.length < 30 || textAt(bytes, 0) !== 'RIFF' || textAt(bytes, 8) !== 'WEBP') return undefined;
  const size = WEBP_SIZES.get(textAt(bytes, 12))?.(bytes);
  return size && { type: 'image/webp', ...size };
}

function lossySize(bytes: Buffer): Size | undefined {
  if (bytes.readUIntBE(23, 3) !== 0x9d012a) return undefined;
  return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
}

function losslessSize(bytes: Buffer): Size | undefined {
  if (bytes[20] !== 0x2f) return undefined;
  const bits = bytes.readUInt32LE(21);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

function extendedSize(bytes: Buffer): Size {
  return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
}

const WEBP_SIZES: ReadonlyMap<string, (bytes: Buffer) => Size | undefined> = new Map([
  ['VP8 ', lossySize],
  ['VP8L', losslessSize],
  ['VP8X', extendedSize],
]);

function textAt(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at, at + 4);
}
