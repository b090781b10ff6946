/** Speech is not compressed below about eight kilobits a second, and no sound is larger than eight channels of a studio. */
const LEAST_BYTES_PER_SECOND = 1_000;
const MOST_BYTES_PER_SECOND = 2_304_000;
/** Of speech in the formats that are not read here: Opus, AAC. */
const USUAL_BYTES_PER_SECOND = 4_000;
/** Kilobits a second of MPEG's layer III by the index in a frame's head: version 1, and 2 and 2.5. */
const MPEG_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const MPEG_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/**
 * About how many seconds a recording lasts, by its size and by what its head says: WAV, MP3 and FLAC. For calls whose
 * provider does not say it. A head that says what no sound can be is believed as far as one can.
 */
export function soundSeconds(bytes: Buffer): number {
  const rate = wavRate(bytes) ?? flacRate(bytes) ?? mp3Rate(bytes) ?? USUAL_BYTES_PER_SECOND;
  return Math.ceil(bytes.length / Math.min(Math.max(rate, LEAST_BYTES_PER_SECOND), MOST_BYTES_PER_SECOND));
}

function wavRate(bytes: Buffer): number | undefined {
  const isWav = bytes.length >= 32 && textAt(bytes, 0) === 'RIFF' && textAt(bytes, 8) === 'WAVE';
  return isWav && textAt(bytes, 12) === 'fmt ' ? bytes.readUInt32LE(28) : undefined;
}

/** RFC 9639 §8.2: samples a second in 20 bits, 8 bits of something else, samples in all in 36 bits; 0 is unknown. */
function flacRate(bytes: Buffer): number | undefined {
  if (bytes.length < 26 || textAt(bytes, 0) !== 'fLaC') return undefined;
  const perSecond = bytes.readUIntBE(18, 3) >>> 4;
  const samples = (bytes.readUInt8(21) & 0xf) * 2 ** 32 + bytes.readUInt32BE(22);
  return perSecond > 0 && samples > 0 ? (bytes.length * perSecond) / samples : undefined;
}

/** Of the first frame, behind the labels (ID3v2) if there are any. */
function mp3Rate(bytes: Buffer): number | undefined {
  const at = bytes.toString('latin1', 0, 3) === 'ID3' && bytes.length >= 10 ? 10 + sevenBitSize(bytes, 6) : 0;
  if (bytes.length < at + 4) return undefined;
  const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
  const isLayer3 = first === 0xff && (second & 0xe6) === 0xe2;
  if (!isLayer3) return undefined;
  const kilobits = ((second >> 3) & 3) === 3 ? MPEG_1[third >> 4] : MPEG_2[third >> 4];
  return kilobits === undefined || kilobits === 0 ? undefined : kilobits * 125;
}

function sevenBitSize(bytes: Buffer, at: number): number {
  return [...bytes.subarray(at, at + 4)].reduce((size, byte) => size * 128 + (byte & 0x7f), 0);
}

function textAt(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at, at + 4);
}
