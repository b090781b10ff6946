import {
  BUDGETS,
  type Call,
  Mode,
  type Pair,
  Phase,
  type Replica,
  type State,
  Tie,
  freeOf,
  heldBy,
} from './lease-state.js';

export function lacking(replica: Replica, hold: number, ahead: number): Pair {
  const [a, b] = freeOf(replica);
  return [Math.max(0, hold - a) + ahead, Math.max(0, hold - b) + ahead];
}

export function grant({ lease, slice }: Replica, need: Readonly<Pair>): void {
  for (const b of BUDGETS) {
    lease[b] += need[b];
    slice[b] += need[b];
  }
}

export function begin(own: Replica, state: State, hold: number, phase: Phase): void {
  state.idle.splice(state.idle.indexOf(hold), 1);
  own.calls.push({ hold, phase, cost: 0, tie: Tie.known, open: false, row: false, back: 'unset' });
}

/** @param both whether the lease shrinks too, or was shrunk by the statement before */
export function shrink({ slice, lease }: Replica, amount: number, both: boolean): void {
  for (const b of BUDGETS) {
    slice[b] -= Math.min(slice[b], amount);
    if (both) lease[b] -= Math.min(lease[b], amount);
  }
}

export function book(own: Replica, state: State, call: Call): void {
  const { cost, hold, tie, back } = call;
  const amount = back === 'give' ? Math.max(hold, cost) : cost;
  for (const b of BUDGETS) {
    state.spent[b] += cost;
    if (tie !== Tie.none) own.lease[b] -= Math.min(own.lease[b], amount);
  }
  state.rows += call.row ? 0 : cost;
  state.excess += Math.max(0, cost - hold);
  call.row = true;
  call.open = false;
}

/** Says what it keeps, not what it gives: safe to repeat, and it never adds to a lease. */
export function giveBack(own: Replica): void {
  const held = heldBy(own);
  for (const b of BUDGETS) {
    own.slice[b] = Math.min(own.slice[b], held);
    own.lease[b] = Math.min(own.lease[b], own.slice[b]);
  }
}

/** What was only in memory is gone: calls that the database and the disk know nothing of were never delivered in full. */
export function crash(own: Replica): void {
  own.mode = Mode.dead;
  own.tight = false;
  own.slice = [0, 0];
  own.calls = own.calls.filter(({ phase, open, row }) => phase === Phase.spooled || (open && !row));
  for (const call of own.calls) {
    if (call.phase !== Phase.spooled) Object.assign(call, { phase: Phase.open, cost: 0 });
    if (call.tie === Tie.known) call.tie = Tie.forgotten;
  }
}
