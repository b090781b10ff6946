import { randomFillSync } from 'node:crypto';

const pool = Buffer.allocUnsafe(8 * 256);
let used = pool.length;
let lastMs = 0;
let sequence = 0;

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const h = (byte: number): string => hex[byte & 0xff] ?? '';

/**
 * A UUIDv7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, 12 bits of a counter that keeps the ids of
 * one process in the order they were made, 62 random bits.
 */
export function newId(nowMs: number = Date.now()): string {
  if (nowMs > lastMs) {
    lastMs = nowMs;
    sequence = 0;
  } else if (++sequence > 0xfff) {
    // More than 4096 ids in a millisecond, or a clock that went back: borrow from the next one.
    lastMs += 1;
    sequence = 0;
  }
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const r = pool;
  const i = used;
  used += 8;
  const high = Math.floor(lastMs / 0x1_0000);
  const low = lastMs % 0x1_0000;
  return (
    h(high >>> 24) +
    h(high >>> 16) +
    h(high >>> 8) +
    h(high) +
    '-' +
    h(low >>> 8) +
    h(low) +
    '-7' +
    (hex[sequence >>> 8] ?? '').slice(1) +
    h(sequence) +
    '-' +
    h(0x80 | ((r[i] ?? 0) & 0x3f)) +
    h(r[i + 1] ?? 0) +
    '-' +
    h(r[i + 2] ?? 0) +
    h(r[i + 3] ?? 0) +
    h(r[i + 4] ?? 0) +
    h(r[i + 5] ?? 0) +
    h(r[i + 6] ?? 0) +
    h(r[i + 7] ?? 0)
  );
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether the text has the form of a UUID, of any version. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

/** The moment a UUIDv7 was made, in Unix milliseconds. */
export function idTimestamp(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
