/** A rule of docs/accounting.md that is left out on purpose. */
export type Flaw =
  | 'ask without the atomic check'
  | 'settle without the row as guard'
  | 'reap before open calls are settled'
  | 'reap before the spool is delivered'
  | 'reap without a verdict first'
  | 'restart without replay'
  | 'fenced replica takes holds'
  | 'refuse without recall'
  | 'recall answered and forgotten';

/** How large the world is and what may go wrong in it. */
export interface World {
  readonly replicas: number;
  readonly limits: readonly [number, number];
  /** What the first limit is lowered to, once, at any time. */
  readonly loweredTo?: number;
  /** What each call holds, in both budgets. */
  readonly holds: readonly number[];
  /** What a call may cost; more than its hold only where the provider lies. */
  costs(hold: number): readonly number[];
  /** How much more than it needs a replica may lease. */
  readonly ahead: number;
  readonly crashes?: boolean;
  readonly partitions?: boolean;
  /** The database cannot be reached at the end of a call: its record goes to the spool. */
  readonly spools?: boolean;
  /** A statement takes effect and its reply is lost. */
  readonly lostReplies?: boolean;
  /** Replicas may be reaped while records of theirs are still to come. */
  readonly longPartitions?: boolean;
  readonly flaw?: Flaw;
}
