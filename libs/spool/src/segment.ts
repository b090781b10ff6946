import { open, readFile, rm, truncate, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FILE_MODE, syncFolder, unlessMissing, writeAll, writeWhole } from './disk.js';
import { FRAME_OVERHEAD_BYTES, SEGMENT_HEAD, encodeFrame, isBlank, scan, type Damage, type Frame } from './frame.js';
import type { SpoolFinding } from './spool.types.js';

interface Found {
  readonly kind: 'torn_tail' | 'corrupt';
  readonly offset: number;
  readonly bytes: Buffer;
}

type Report = (finding: SpoolFinding) => void;

/** One file of the spool: what is known of it, the writing of its end and the reading of all of it. */
export class Segment {
  /** Undelivered records. */
  pending = 0;
  /** When the oldest undelivered record was handed over; undefined when there is none. */
  oldestMs: number | undefined;
  /** Length of the file, in bytes, as far as it counts. */
  bytes = 0;
  /** Whether it holds damage that is nowhere else yet; such a file must not be deleted. */
  unkept = false;

  private handle: FileHandle | undefined;
  private deliveredTo = 0;

  constructor(readonly path: string) {}

  /** Takes in what an earlier process left in the file; its torn end is cut off. */
  static async recover(path: string, report: Report): Promise<Segment> {
    const segment = new Segment(path);
    const bytes = await readFile(path);
    const { frames, damages, end } = scan(bytes);
    segment.pending = frames.length;
    segment.oldestMs = frames[0]?.ms;
    segment.bytes = bytes.length;
    await segment.setAside(bytes, damages, report);
    if (end < bytes.length && !segment.unkept) await segment.cut(end);
    return segment;
  }

  /**
   * Writes the payloads after what is there and waits until they are durable. When it throws, the file is
   * as it was, and nothing more should be trusted to it.
   */
  async append(payloads: readonly Buffer[], ms: number): Promise<void> {
    const before = this.bytes;
    const isNew = this.handle === undefined;
    try {
      this.handle ??= await open(this.path, 'wx', FILE_MODE);
      const block = this.frame(payloads, ms, isNew);
      await writeAll(this.handle, block, before);
      await this.handle.datasync();
      if (isNew) await syncFolder(dirname(this.path));
      this.bytes = before + block.length;
    } catch (error) {
      await this.takeBack(before, isNew);
      throw error;
    }
    this.pending += payloads.length;
    this.oldestMs ??= ms;
  }

  /** Ends the writing. */
  async seal(): Promise<void> {
    await this.handle?.close();
    this.handle = undefined;
  }

  /** The undelivered frames. Damage that came up since the recovery is set aside first. */
  async read(report: Report): Promise<Frame[]> {
    const bytes = await readFile(this.path);
    const { frames, damages } = scan(bytes);
    await this.setAside(bytes, damages, report);
    const rest = frames.filter(({ offset }) => offset >= this.deliveredTo);
    this.pending = rest.length;
    this.oldestMs = rest[0]?.ms;
    return rest;
  }

  /** @param next the first frame that is still to be delivered */
  markDelivered(count: number, next: Frame | undefined): void {
    this.deliveredTo = next?.offset ?? Infinity;
    this.pending -= count;
    this.oldestMs = next?.ms;
  }

  /** Keeps a record that its codec cannot read. */
  async setAsideRecord({ offset, payload }: Frame, report: Report): Promise<void> {
    await this.keep({ kind: 'corrupt', offset, bytes: payload }, report);
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
    await syncFolder(dirname(this.path));
  }

  /** What the payloads take in a segment, its head included. */
  static sizeOf(payloads: readonly Buffer[]): number {
    return payloads.reduce((sum, { length }) => sum + FRAME_OVERHEAD_BYTES + length, SEGMENT_HEAD.length);
  }

  private frame(payloads: readonly Buffer[], ms: number, isNew: boolean): Buffer {
    const parts: Buffer[] = isNew ? [SEGMENT_HEAD] : [];
    let offset = isNew ? SEGMENT_HEAD.length : this.bytes;
    for (const payload of payloads) {
      const frame = encodeFrame(payload, offset, ms);
      parts.push(frame);
      offset += frame.length;
    }
    return Buffer.concat(parts);
  }

  /** After a failed write nobody may find a part of it. */
  private async takeBack(before: number, isNew: boolean): Promise<void> {
    if (isNew) {
      await this.seal().catch(() => undefined);
      await rm(this.path, { force: true }).catch(() => undefined);
      return;
    }
    await this.handle?.truncate(before).catch(() => undefined);
    await this.handle?.datasync().catch(() => undefined);
  }

  private async cut(end: number): Promise<void> {
    await truncate(this.path, end);
    const handle = await open(this.path, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    this.bytes = end;
  }

  private async setAside(bytes: Buffer, damages: readonly Damage[], report: Report): Promise<void> {
    this.unkept = false;
    for (const { offset, end, torn } of damages) {
      const damaged = bytes.subarray(offset, end);
      await this.keep({ kind: torn ? 'torn_tail' : 'corrupt', offset, bytes: damaged }, report);
    }
  }

  /**
   * Copies damaged bytes into a file beside the segment. A disk without room must keep nobody from starting
   * or from delivering what is whole: the segment stays then, and the next reading tries again.
   */
  private async keep({ kind, offset, bytes }: Found, report: Report): Promise<void> {
    const found = { kind, segment: this.path, bytes: bytes.length };
    const keptIn = `${this.path}.${offset}.${kind === 'corrupt' ? 'corrupt' : 'torn'}`;
    try {
      if (kind === 'torn_tail' && isBlank(bytes)) {
        report(found);
        return;
      }
      const known = await unlessMissing(readFile(keptIn), undefined);
      if (known?.equals(bytes)) return;
      await writeWhole(keptIn, bytes);
      report({ ...found, keptIn });
    } catch (cause) {
      this.unkept = true;
      report({ kind: 'unkept', segment: this.path, cause });
    }
  }
}
