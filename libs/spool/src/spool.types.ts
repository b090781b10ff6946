/** How a record becomes bytes and comes back. `decode` throws on bytes it does not understand. */
export interface SpoolCodec<T> {
  encode(record: T): Buffer;
  decode(payload: Buffer): T;
}

/** Something an operator should hear of. No finding means that anything was dropped. */
export type SpoolFinding =
  /**
   * `torn_tail`: the end of a segment that a crash cut short, now cut off. `corrupt`: bytes that do not agree
   * with their checksum, or a record that its codec does not understand. `keptIn` is the file with a copy of
   * the bytes; it is absent when they were nothing but zeros.
   */
  | {
      readonly kind: 'torn_tail' | 'corrupt';
      readonly segment: string;
      readonly bytes: number;
      readonly keptIn?: string;
    }
  /** Damage that could not be copied aside now, for example on a full disk; the segment stays as it is. */
  | { readonly kind: 'unkept'; readonly segment: string; readonly cause: unknown }
  /** The records of a process that is no more were taken over. */
  | { readonly kind: 'adopted'; readonly folder: string; readonly segments: number };

export interface SpoolOptions {
  /** A segment that has grown to this size is followed by a new one. Default 8 MiB. */
  readonly segmentBytes?: number;
  /** The most that the segments of this process may take on disk. Default: no limit but the disk's. */
  readonly maxBytes?: number;
  /** Told of every finding, once. */
  readonly report?: (finding: SpoolFinding) => void;
}

/** The records could not be kept, and the file is as it was before. */
export class SpoolFull extends Error {
  /** `limit`: `maxBytes` is reached; `disk`: the file system has no room. */
  readonly reason: 'limit' | 'disk';

  constructor(reason: 'limit' | 'disk', options?: ErrorOptions) {
    super(
      reason === 'limit' ? 'The spool has reached its size limit.' : 'There is no room on disk for the spool.',
      options,
    );
    this.name = 'SpoolFull';
    this.reason = reason;
  }
}
