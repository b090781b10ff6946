/** Speech is not compressed below about eight kilobits a second, and no sound is larger than eight channels of a studio. */
const LEAST_BYTES_PER_SECOND = 1_000;
const MOST_BYTES_PER_SECOND = 2_304_000;
/** Of speech in the formats that are not read here: Opus, AAC without a container. */
const USUAL_BYTES_PER_SECOND = 4_000;
/** Kilobits a second of MPEG's layer III by the index in a frame's head: version 1, and 2 and 2.5. */
const MPEG_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const MPEG_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/** Samples a second of MPEG version 1 by the index in a frame's head; version 2 has half as many, 2.5 a quarter. */
const MPEG_SAMPLES = [44_100, 48_000, 32_000];

/** Kinds of boxes, as numbers: a hostile file has millions of them. */
const [MOOV, MVHD] = [Buffer.from('moov').readUInt32BE(), Buffer.from('mvhd').readUInt32BE()];

/**
 * About how many seconds a recording lasts, by its size and by what its head says: WAV, MP3, FLAC and MP4. For calls whose
 * provider does not say it. A head that says what no sound can be is believed as far as one can.
 */
export function soundSeconds(bytes: Buffer): number {
  const { length } = bytes;
  const said = wavSeconds(bytes) ?? flacSeconds(bytes) ?? mp3Seconds(bytes) ?? mp4Seconds(bytes);
  const seconds = said ?? length / USUAL_BYTES_PER_SECOND;
  return Math.ceil(Math.min(Math.max(seconds, length / MOST_BYTES_PER_SECOND), length / LEAST_BYTES_PER_SECOND));
}

function wavSeconds(bytes: Buffer): number | undefined {
  const isWav = bytes.length >= 32 && textAt(bytes, 0) === 'RIFF' && textAt(bytes, 8) === 'WAVE';
  return isWav && textAt(bytes, 12) === 'fmt ' ? bytes.length / bytes.readUInt32LE(28) : undefined;
}

/** RFC 9639 §8.2: samples a second in 20 bits, 8 bits of something else, samples in all in 36 bits; 0 is unknown. */
function flacSeconds(bytes: Buffer): number | undefined {
  if (bytes.length < 26 || textAt(bytes, 0) !== 'fLaC') return undefined;
  const perSecond = bytes.readUIntBE(18, 3) >>> 4;
  const samples = (bytes.readUInt8(21) & 0xf) * 2 ** 32 + bytes.readUInt32BE(22);
  return perSecond > 0 && samples > 0 ? samples / perSecond : undefined;
}

/** By the first frame, behind the labels (ID3v2) if there are any, which can be larger than the sound. */
function mp3Seconds(bytes: Buffer): number | undefined {
  const at = bytes.toString('latin1', 0, 3) === 'ID3' && bytes.length >= 10 ? 10 + sevenBitSize(bytes, 6) : 0;
  if (bytes.length < at + 4) return undefined;
  const frame = bytes.subarray(at);
  const [first = 0, second = 0, third = 0] = frame;
  const isLayer3 = first === 0xff && (second & 0xe6) === 0xe2;
  if (!isLayer3) return undefined;
  const counted = countedSeconds(frame);
  if (counted !== undefined) return counted;
  const kilobits = ((second >> 3) & 3) === 3 ? MPEG_1[third >> 4] : MPEG_2[third >> 4];
  return kilobits === undefined || kilobits === 0 ? undefined : frame.length / (kilobits * 125);
}

/** Where the rate varies, the first frame has no sound but Xing's count of the others. */
function countedSeconds(frame: Buffer): number | undefined {
  const [, second = 0, third = 0, fourth = 0] = frame;
  const version = (second >> 3) & 3;
  const isMono = fourth >> 6 === 3;
  const at = 4 + (version === 3 ? (isMono ? 17 : 32) : isMono ? 9 : 17);
  if (frame.length < at + 12 || !['Xing', 'Info'].includes(textAt(frame, at))) return undefined;
  const perSecond = (MPEG_SAMPLES[(third >> 2) & 3] ?? 0) / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const frames = (frame.readUInt32BE(at + 4) & 1) === 1 ? frame.readUInt32BE(at + 8) : 0;
  return perSecond > 0 && frames > 0 ? (frames * (version === 3 ? 1_152 : 576)) / perSecond : undefined;
}

/** ISO 14496-12 §8.2.2: the head of a film, which a recording in AAC is as well. One that is told piece by piece says 0. */
function mp4Seconds(bytes: Buffer): number | undefined {
  if (bytes.length < 8 || textAt(bytes, 4) !== 'ftyp') return undefined;
  const head = boxIn(boxIn(bytes, MOOV), MVHD);
  const isLong = head?.[0] === 1;
  if (head === undefined || head.length < (isLong ? 32 : 20)) return undefined;
  const perSecond = head.readUInt32BE(isLong ? 20 : 12);
  const length = isLong ? Number(head.readBigUInt64BE(24)) : head.readUInt32BE(16);
  return perSecond > 0 && length > 0 ? length / perSecond : undefined;
}

/** What is in the first box of a kind. One that is as long as all that follows says 0; 1 is followed by a longer number. */
function boxIn(bytes: Buffer | undefined, kind: number): Buffer | undefined {
  if (bytes === undefined) return undefined;
  for (let at = 0; at + 8 <= bytes.length;) {
    const size = bytes.readUInt32BE(at);
    const isLarge = size === 1 && at + 16 <= bytes.length;
    const end = size === 0 ? bytes.length : at + (isLarge ? Number(bytes.readBigUInt64BE(at + 8)) : size);
    if (bytes.readUInt32BE(at + 4) === kind) return bytes.subarray(at + 8, end);
    if (end < at + 8) return undefined;
    at = end;
  }
  return undefined;
}

function sevenBitSize(bytes: Buffer, at: number): number {
  return [...bytes.subarray(at, at + 4)].reduce((size, byte) => size * 128 + (byte & 0x7f), 0);
}

function textAt(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at, at + 4);
}
