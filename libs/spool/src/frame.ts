import { crc32 } from 'node:zlib';

/** The first bytes of a segment: seven of magic, one of version. */
export const SEGMENT_HEAD = Buffer.from('SLSPOOL\x01', 'latin1');

/** The largest record, in bytes; what claims to be larger is damage. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;

const FRAME_HEAD_BYTES = 8;
const TIME_BYTES = 6;

export const FRAME_OVERHEAD_BYTES = FRAME_HEAD_BYTES + TIME_BYTES;

/** A record as it stands in its segment. */
export interface Frame {
  /** Where the frame begins in the segment. */
  readonly offset: number;
  /** When the record was handed over, in unix milliseconds. */
  readonly ms: number;
  readonly payload: Buffer;
}

/** A stretch of a segment in which no frame can be read. */
export interface Damage {
  readonly offset: number;
  readonly end: number;
  /** Whether it looks like a write that never ended, and nothing readable follows. */
  readonly torn: boolean;
}

export interface Scan {
  readonly frames: Frame[];
  readonly damages: Damage[];
  /** Where the last readable frame ends. */
  readonly end: number;
}

/** The place takes part in the checksum: a frame quoted inside a record is not taken for a record. */
function checksum(offset: number, body: Buffer): number {
  const place = Buffer.allocUnsafe(12);
  place.writeUIntBE(offset, 0, 6);
  place.writeUIntBE(body.length, 6, 6);
  return crc32(body, crc32(place));
}

/** @throws RangeError when the payload is too large for a frame */
export function assertFits(payload: Buffer): void {
  if (payload.length > MAX_RECORD_BYTES) throw new RangeError(`A record of ${payload.length} bytes is too large.`);
}

/**
 * Writes one record as a frame: u32 length of what follows the checksum, u32 CRC-32, u48 unix
 * milliseconds, payload; all big-endian.
 *
 * @param offset where in the segment the frame will begin
 */
export function encodeFrame(payload: Buffer, offset: number, ms: number): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_OVERHEAD_BYTES + payload.length);
  frame.writeUInt32BE(TIME_BYTES + payload.length, 0);
  frame.writeUIntBE(ms, FRAME_HEAD_BYTES, TIME_BYTES);
  payload.copy(frame, FRAME_OVERHEAD_BYTES);
  frame.writeUInt32BE(checksum(offset, frame.subarray(FRAME_HEAD_BYTES)), 4);
  return frame;
}

/** Where the frame that is said to begin here would end; undefined when there is none of a possible size. */
function claimedEnd(bytes: Buffer, offset: number): number | undefined {
  if (offset + FRAME_OVERHEAD_BYTES > bytes.length) return undefined;
  const length = bytes.readUInt32BE(offset);
  if (length < TIME_BYTES || length > TIME_BYTES + MAX_RECORD_BYTES) return undefined;
  const end = offset + FRAME_HEAD_BYTES + length;
  return end <= bytes.length ? end : undefined;
}

function frameAt(bytes: Buffer, offset: number): { frame: Frame; end: number } | undefined {
  const end = claimedEnd(bytes, offset);
  if (end === undefined) return undefined;
  const body = bytes.subarray(offset + FRAME_HEAD_BYTES, end);
  if (bytes.readUInt32BE(offset + 4) !== checksum(offset, body)) return undefined;
  return { frame: { offset, ms: body.readUIntBE(0, TIME_BYTES), payload: body.subarray(TIME_BYTES) }, end };
}

/** Whether every byte is zero, as in a file whose length reached the disk before its content. */
export function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}

/**
 * Reads the frames of a whole segment. After unreadable bytes it looks for the next readable frame, so
 * damage costs the records it touches and no others. A damaged head costs nothing, for frames prove themselves.
 */
export function scan(bytes: Buffer): Scan {
  const frames: Frame[] = [];
  const damages: Damage[] = [];
  const headIsWhole = bytes.subarray(0, SEGMENT_HEAD.length).equals(SEGMENT_HEAD);
  let offset = headIsWhole ? SEGMENT_HEAD.length : 0;
  let end = offset;
  while (offset < bytes.length) {
    const found = frameAt(bytes, offset);
    if (!found) {
      offset += 1;
      continue;
    }
    if (offset > end) damages.push({ offset: end, end: offset, torn: false });
    frames.push(found.frame);
    offset = found.end;
    end = offset;
  }
  if (end < bytes.length) damages.push({ offset: end, end: bytes.length, torn: looksTorn(bytes, end) });
  return { frames, damages, end };
}

function looksTorn(bytes: Buffer, offset: number): boolean {
  return claimedEnd(bytes, offset) === undefined || isBlank(bytes.subarray(offset));
}
