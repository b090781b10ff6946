import { isNoRoom } from './disk.js';
import { type Frame, assertFits } from './frame.js';
import { Segment } from './segment.js';
import { SpoolFolder } from './folder.js';
import { SpoolFull, type SpoolCodec, type SpoolFinding, type SpoolOptions } from './spool.types.js';

const SEGMENT_BYTES = 8 * 1024 * 1024;

interface Waiting {
  readonly payloads: readonly Buffer[];
  readonly size: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Lets one piece of work run at a time, in the order of asking. */
class Turns {
  private last: Promise<unknown> = Promise.resolve();

  take<R>(work: () => Promise<R>): Promise<R> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    return result;
  }
}

/**
 * Keeps records on disk, in order, until they were delivered elsewhere: at least once, and never one that
 * was not handed over. What `append` confirmed survives the death of the process and of the machine.
 */
export class Spool<T> {
  private readonly sealed: Segment[] = [];
  private active: Segment | undefined;
  private waiting: Waiting[] = [];
  private readonly writes = new Turns();
  private readonly replays = new Turns();
  private closed = false;

  private constructor(
    private readonly folder: SpoolFolder,
    private readonly codec: SpoolCodec<T>,
    private readonly segmentBytes: number,
    private readonly maxBytes: number,
    private readonly report: (finding: SpoolFinding) => void,
  ) {}

  /**
   * Claims the folder, or a sub-folder of it while another process holds it, and takes in what earlier
   * processes left.
   *
   * @throws Error of the file system when the folder or a segment cannot be read
   */
  static async open<T>(folder: string, codec: SpoolCodec<T>, options: SpoolOptions = {}): Promise<Spool<T>> {
    const { segmentBytes = SEGMENT_BYTES, maxBytes = Infinity, report = () => undefined } = options;
    const claimed = await SpoolFolder.claim(folder);
    const spool = new Spool(claimed, codec, segmentBytes, maxBytes, report);
    try {
      await spool.recover(await claimed.segments());
      await spool.adopt();
    } catch (error) {
      await claimed.release();
      throw error;
    }
    return spool;
  }

  /**
   * A UUID that stays with the folder from process to process for as long as every undelivered record
   * written under it is in this spool. Once another process took the records over it is never seen again.
   */
  get identity(): string {
    return this.folder.identity;
  }

  /** Records that were kept and not yet delivered. */
  get pending(): number {
    return this.segments().reduce((sum, { pending }) => sum + pending, 0);
  }

  /** What the segments take on disk. */
  get bytes(): number {
    return this.segments().reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** When the oldest undelivered record was handed over, in unix milliseconds. */
  get oldestMs(): number | undefined {
    const times = this.segments().map(({ oldestMs }) => oldestMs ?? Infinity);
    const oldest = Math.min(...times);
    return oldest === Infinity ? undefined : oldest;
  }

  /**
   * Resolves once the records are durable; calls that come together share one write and one fsync.
   *
   * @throws SpoolFull when they do not fit; none of them is kept then
   * @throws RangeError when a record is larger than 64 MiB; none of them is kept then
   * @throws Error of the file system; none of them is kept then, unless the disk refuses even to shorten the file
   */
  append(records: readonly T[]): Promise<void> {
    if (this.closed) return Promise.reject(new Error('The spool is closed.'));
    if (records.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const payloads = records.map((record) => this.codec.encode(record));
      payloads.forEach(assertFits);
      this.waiting.push({ payloads, size: Segment.sizeOf(payloads), resolve, reject });
      // Whoever comes first writes for all that wait; the later turns find nothing to do.
      void this.writes.take(() => this.writeGroup());
    });
  }

  /**
   * Hands over the records that were there when it began, oldest first, and deletes each segment after its
   * last record was delivered. Records of processes that have died since are taken over first.
   *
   * @param deliver may see a record again after a crash or a failure; when it rejects, `replay` rejects and
   *   the next one begins with the same batch
   * @param batch the most records at a time
   * @returns how many records were delivered
   */
  replay(deliver: (records: readonly T[]) => Promise<void>, batch = 500): Promise<number> {
    return this.replays.take(async () => {
      if (this.closed) throw new Error('The spool is closed.');
      await this.adopt();
      await this.writes.take(() => this.seal());
      let delivered = 0;
      // Names begin with the time, so those of an adopted folder find their place among the others.
      for (const segment of this.sealed.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
        delivered += await this.deliverSegment(segment, deliver, batch);
        if (segment.unkept) continue;
        await segment.remove();
        this.sealed.splice(this.sealed.indexOf(segment), 1);
      }
      return delivered;
    });
  }

  /** Waits for what is being written or delivered and lets go of the folder; what is kept stays. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.replays.take(() => this.writes.take(() => this.finish()));
    await this.folder.release();
  }

  private segments(): Segment[] {
    return this.active ? [...this.sealed, this.active] : this.sealed;
  }

  private async adopt(): Promise<void> {
    await this.recover(await this.folder.adopt(this.report));
  }

  private async recover(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const segment = await Segment.recover(path, this.report);
      if (segment.pending > 0 || segment.unkept) this.sealed.push(segment);
      else await segment.remove();
    }
  }

  private async writeGroup(): Promise<void> {
    const group = this.nextGroup();
    if (group.length === 0) return;
    if (this.waiting.length > 0) void this.writes.take(() => this.writeGroup());
    const now = Date.now();
    const segment = this.active ?? new Segment(this.folder.nextSegment(now));
    try {
      await segment.append(
        group.flatMap(({ payloads }) => payloads),
        now,
      );
      this.active = segment;
    } catch (error) {
      // After a failed write or fsync nothing more is trusted to this file.
      await this.seal().catch(() => undefined);
      for (const { reject } of group) reject(isNoRoom(error) ? new SpoolFull('disk', { cause: error }) : error);
      return;
    }
    if (segment.bytes >= this.segmentBytes) await this.seal();
    for (const { resolve } of group) resolve();
  }

  /** Takes from the queue what fits into one segment, and turns away what does not fit at all. */
  private nextGroup(): Waiting[] {
    const group: Waiting[] = [];
    let size = 0;
    const room = this.maxBytes - this.bytes;
    while (this.waiting[0] && (size === 0 || size + this.waiting[0].size <= this.segmentBytes)) {
      const [next] = this.waiting.splice(0, 1);
      if (!next) break;
      if (size + next.size > room) {
        next.reject(new SpoolFull('limit'));
        continue;
      }
      group.push(next);
      size += next.size;
    }
    return group;
  }

  private async finish(): Promise<void> {
    while (this.waiting.length > 0) await this.writeGroup();
    await this.seal();
  }

  private async seal(): Promise<void> {
    const segment = this.active;
    if (!segment) return;
    this.active = undefined;
    this.sealed.push(segment);
    await segment.seal();
  }

  private async deliverSegment(
    segment: Segment,
    deliver: (records: readonly T[]) => Promise<void>,
    batch: number,
  ): Promise<number> {
    const frames = await segment.read(this.report);
    let delivered = 0;
    for (let from = 0; from < frames.length; from += batch) {
      const part = frames.slice(from, from + batch);
      const records = await this.decode(segment, part);
      if (records.length > 0) await deliver(records);
      segment.markDelivered(part.length, frames[from + batch]);
      delivered += records.length;
    }
    return delivered;
  }

  private async decode(segment: Segment, frames: readonly Frame[]): Promise<T[]> {
    const records: T[] = [];
    for (const frame of frames) {
      try {
        records.push(this.codec.decode(frame.payload));
      } catch {
        await segment.setAsideRecord(frame, this.report);
      }
    }
    return records;
  }
}
