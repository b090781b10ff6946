/** Where a call stands. A call that is over and fully known to the database is forgotten. */
export const Phase = {
  /** Its replica asked the others to give back and waits for their answers. */
  recalling: 0,
  /** Only without the atomic check: the replica has read that there is enough, and not yet leased it. */
  checked: 1,
  /** Held against the slices; the provider is being called. */
  held: 2,
  /** Its cost is known in memory. */
  ended: 3,
  /** Its cost is on the replica's disk. */
  spooled: 4,
  /** Its replica died; the database knows that it had begun. */
  open: 5,
} as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

export const Tie = {
  /** The lease under which it was held is gone. */
  none: 0,
  /** Its replica knows of its hold. */
  known: 1,
  /** Its lease is there, but the memory of the hold died with the process. */
  forgotten: 2,
} as const;
export type Tie = (typeof Tie)[keyof typeof Tie];

export interface Call {
  readonly hold: number;
  phase: Phase;
  cost: number;
  tie: Tie;
  /** The database knows that it has begun. */
  open: boolean;
  /** The ledger has its row. */
  row: boolean;
  /** What its settlement gives back beside the cost; fixed at the first attempt. */
  back: 'unset' | 'keep' | 'give';
}

export const Mode = { live: 0, fenced: 1, dead: 2 } as const;
export type Mode = (typeof Mode)[keyof typeof Mode];

export const Verdict = { none: 0, condemned: 1, reaped: 2 } as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** A number for each of the two budgets. */
export type Pair = [number, number];

export interface Replica {
  mode: Mode;
  /** What the others have decided about its identity. */
  verdict: Verdict;
  /** It answered a recall, and gives back at once whatever comes free while the recall goes on. */
  tight: boolean;
  /** What the database says that it leased. */
  lease: Pair;
  /** What its memory says; what of it no call holds is free for the next. */
  slice: Pair;
  calls: Call[];
}

/** `leased` of a budget is not kept apart: whatever changes a lease changes it by the same amount in the same statement. */
export interface State {
  limit: Pair;
  spent: Pair;
  /** The most that may be spent by rights: the limit or, where it was lowered, what was committed by then. */
  cap: Pair;
  /** What was in the slices of replicas that were reaped while records of theirs were still to come. */
  waived: Pair;
  /** Sum of the rows; each call is charged to both budgets. */
  rows: number;
  /** What providers reported beyond the holds. */
  excess: number;
  /** Holds of the calls that are still to come. */
  idle: number[];
  replicas: Replica[];
}

export const BUDGETS = [0, 1] as const;

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export function copyOf(state: State): State {
  return {
    limit: [...state.limit],
    spent: [...state.spent],
    cap: [...state.cap],
    waived: [...state.waived],
    rows: state.rows,
    excess: state.excess,
    idle: [...state.idle],
    replicas: state.replicas.map((replica) => ({
      ...replica,
      lease: [...replica.lease],
      slice: [...replica.slice],
      calls: replica.calls.map((call) => ({ ...call })),
    })),
  };
}

/** What the replica believes its running calls to hold. */
export function heldBy({ calls }: Replica): number {
  return sum(calls.map(({ phase, tie, hold }) => (phase >= Phase.held && tie === Tie.known ? hold : 0)));
}

export function freeOf(replica: Replica): Pair {
  const held = heldBy(replica);
  return [Math.max(0, replica.slice[0] - held), Math.max(0, replica.slice[1] - held)];
}

export function leasedOf(state: State, budget: 0 | 1): number {
  return sum(state.replicas.map(({ lease }) => lease[budget]));
}

const BACKS = ['unset', 'keep', 'give'] as const;

function callCode(call: Call): number {
  let code: number = call.phase;
  code = code * 4 + call.hold;
  code = code * 8 + call.cost;
  code = code * 3 + call.tie;
  code = code * 3 + BACKS.indexOf(call.back);
  return code * 4 + Number(call.open) * 2 + Number(call.row);
}

function replicaKey({ mode, verdict, tight, lease, slice, calls }: Replica): string {
  const codes = calls.map(callCode).sort((a, b) => a - b);
  return String.fromCharCode(mode * 6 + verdict * 2 + Number(tight), ...lease, ...slice, codes.length, ...codes);
}

/** Replicas are interchangeable, and so are calls with equal holds: both are put in order. */
export function keyOf(state: State): string {
  const { limit, spent, cap, waived, rows, excess, idle } = state;
  const numbers = [...limit, ...spent, ...cap, ...waived, rows, excess, idle.length, ...idle.toSorted((a, b) => a - b)];
  return String.fromCharCode(...numbers) + state.replicas.map(replicaKey).sort().join('');
}
