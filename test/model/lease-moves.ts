import type { Move } from './explorer.js';
import { begin, book, crash, giveBack, grant, lacking, shrink } from './lease-effects.js';
import {
  BUDGETS,
  type Call,
  Mode,
  Phase,
  type Replica,
  type State,
  Tie,
  Verdict,
  copyOf,
  freeOf,
  heldBy,
  type Pair,
  leasedOf,
  sum,
} from './lease-state.js';
import type { Flaw, World } from './lease-world.js';

/** The moves out of one state. */
export class Moves {
  private readonly found: Move<State>[] = [];

  constructor(
    private readonly from: State,
    private readonly world: World,
  ) {}

  all(): Move<State>[] {
    this.from.replicas.forEach((replica, r) => {
      if (replica.mode === Mode.live || this.has('fenced replica takes holds', replica.mode === Mode.fenced)) {
        for (const hold of new Set(this.from.idle)) this.admission(r, hold);
      }
      replica.calls.forEach((_, c) => this.callMoves(r, c));
      this.replicaMoves(r);
    });
    const { loweredTo } = this.world;
    if (loweredTo !== undefined && this.from.limit[0] > loweredTo) {
      this.move('the first limit is lowered', true, (state) => {
        state.limit[0] = loweredTo;
        state.cap[0] = Math.max(loweredTo, Math.min(state.cap[0], state.spent[0] + leasedOf(state, 0)));
      });
    }
    return this.found;
  }

  private has(flaw: Flaw, where = true): boolean {
    return where && this.world.flaw === flaw;
  }

  private staysTight({ tight }: Replica): boolean {
    return tight && !this.has('recall answered and forgotten');
  }

  private move(label: string, fault: boolean, change: (state: State) => string | void): void {
    const state = copyOf(this.from);
    const violation = change(state) ?? undefined;
    const recalling = state.replicas.some(({ calls }) => calls.some(({ phase }) => phase === Phase.recalling));
    if (!recalling) for (const replica of state.replicas) replica.tight = false;
    this.found.push({ label, state, fault, violation });
  }

  private act(label: string, r: number, change: (replica: Replica, state: State) => string | void): void {
    this.move(`replica ${r} ${label}`, false, (state) => change(state.replicas[r]!, state));
  }

  private fault(label: string, r: number, change: (replica: Replica, state: State) => void): void {
    this.move(`replica ${r} ${label}`, true, (state) => change(state.replicas[r]!, state));
  }

  // ---- admission ---------------------------------------------------------------------------------------------

  private admission(r: number, hold: number): void {
    const replica = this.from.replicas[r]!;
    if (freeOf(replica).every((free) => free >= hold)) {
      this.act(`holds ${hold}`, r, (own, state) => begin(own, state, hold, Phase.held));
      return;
    }
    if (replica.mode !== Mode.live) return;
    for (const ahead of replica.tight ? [0] : new Set([0, this.world.ahead])) {
      const need = lacking(replica, hold, ahead);
      if (!this.pays(need)) continue;
      if (this.has('ask without the atomic check')) {
        this.act(`reads that ${hold} can be leased`, r, (own, state) => begin(own, state, hold, Phase.checked));
        continue;
      }
      this.act(`leases ${need.join('/')} and holds ${hold}`, r, (own, state) => {
        grant(own, need);
        begin(own, state, hold, Phase.held);
      });
      if (this.world.lostReplies) {
        this.fault(`leases ${need.join('/')} and does not hear of it`, r, (own) => {
          for (const b of BUDGETS) own.lease[b] += need[b];
          // It does not know what it has: an earlier answer to a recall counts no longer.
          own.tight = false;
        });
      }
    }
    if (this.pays(lacking(replica, hold, 0))) return;
    if (this.has('refuse without recall')) this.refusal(r, hold);
    else this.act(`recalls for ${hold}`, r, (own, state) => begin(own, state, hold, Phase.recalling));
  }

  private pays(need: Readonly<Pair>): boolean {
    return BUDGETS.every((b) => this.from.spent[b] + leasedOf(this.from, b) + need[b] <= this.from.limit[b]);
  }

  /** A2: a refusal is right only if what remains, once every reachable slice was called back, cannot pay. */
  private refusal(r: number, hold: number, c?: number): void {
    const short = BUDGETS.some((b) => {
      const used = this.from.replicas.map((replica) =>
        replica.mode === Mode.live ? Math.min(replica.lease[b], heldBy(replica)) : replica.lease[b],
      );
      return this.from.limit[b] - this.from.spent[b] - sum(used) < hold;
    });
    this.act(`refuses ${hold}`, r, (own, state) => {
      if (c === undefined) state.idle.splice(state.idle.indexOf(hold), 1);
      else own.calls.splice(c, 1);
      return short ? undefined : 'A2: refused although the budgets can pay';
    });
  }

  private secondAsk(r: number, c: number): void {
    const replica = this.from.replicas[r]!;
    const { hold } = replica.calls[c]!;
    if (this.from.replicas.some(({ mode, tight }) => mode === Mode.live && !tight)) return;
    const need = lacking(replica, hold, 0);
    if (!this.pays(need)) {
      this.refusal(r, hold, c);
      return;
    }
    this.act(`leases ${need.join('/')} after the recall and holds ${hold}`, r, (own) => {
      grant(own, need);
      own.calls[c]!.phase = Phase.held;
    });
  }

  // ---- a call ------------------------------------------------------------------------------------------------

  private callMoves(r: number, c: number): void {
    const replica = this.from.replicas[r]!;
    const call = replica.calls[c]!;
    if (call.phase === Phase.recalling) this.secondAsk(r, c);
    if (call.phase === Phase.checked) {
      this.act(`leases ${call.hold} without looking again`, r, (own) => {
        grant(own, lacking(own, call.hold, 0));
        own.calls[c]!.phase = Phase.held;
      });
    }
    if (call.phase === Phase.held) this.runningMoves(r, c, call);
    if (call.phase === Phase.ended) {
      this.settling(r, c, 'settles');
      if (this.world.spools)
        this.fault(`spools a cost of ${call.cost}`, r, (own) => void (own.calls[c]!.phase = Phase.spooled));
    }
    if (call.phase === Phase.spooled) this.settling(r, c, 'delivers from the spool');
    this.policy(r, c, call);
  }

  private runningMoves(r: number, c: number, { hold, open, row }: Call): void {
    for (const cost of this.world.costs(hold)) {
      this.act(`ends a call of ${hold} with a cost of ${cost}`, r, (own) => {
        Object.assign(own.calls[c]!, { phase: Phase.ended, cost });
      });
    }
    if (open || row) return;
    this.act(`releases ${hold}`, r, (own) => {
      const [{ tie }] = own.calls.splice(c, 1) as [Call];
      if (this.staysTight(own) && tie === Tie.known) shrink(own, hold, true);
    });
    if (this.from.replicas[r]!.mode === Mode.live) {
      this.act(`writes a call of ${hold} down as open`, r, (own) => void (own.calls[c]!.open = true));
    }
  }

  private settling(r: number, c: number, verb: string): void {
    const { cost, row } = this.from.replicas[r]!.calls[c]!;
    this.act(`${verb} a cost of ${cost}${row ? ' again' : ''}`, r, (own, state) => {
      const wrong = this.charge(own, state, own.calls[c]!);
      const [call] = own.calls.splice(c, 1) as [Call];
      if (own.mode === Mode.dead || call.tie !== Tie.known) return wrong;
      shrink(own, call.back === 'give' ? Math.max(call.hold, call.cost) : call.cost, false);
      // What comes free after the answer to a recall has to be given back before the answer counts, and after a
      // reply that was lost nobody knows what has come free.
      if (this.staysTight(own) && (row || freeOf(own).some((free) => free > 0))) own.tight = false;
      return wrong;
    });
    if (this.world.lostReplies && !row) {
      this.fault(`${verb} a cost of ${cost} and does not hear of it`, r, (own, state) => {
        this.charge(own, state, own.calls[c]!);
      });
    }
  }

  /** The one statement that makes a row: row if absent, spent, leased and lease. */
  private charge(own: Replica, state: State, call: Call): string | undefined {
    if (call.back === 'unset') call.back = this.staysTight(own) ? 'give' : 'keep';
    if (call.row && !this.has('settle without the row as guard')) return undefined;
    const twice = call.row ? 'a row twice' : undefined;
    book(own, state, call);
    return twice;
  }

  /** The database's own end of a call that had begun, from its last checkpoint, at what it may have cost. */
  private policy(r: number, c: number, { open, row, phase, hold }: Call): void {
    const { mode, verdict } = this.from.replicas[r]!;
    const allowed =
      // Its process is gone, whoever has the place of it now.
      phase === Phase.open ||
      mode === Mode.dead ||
      (mode === Mode.fenced && (verdict === Verdict.condemned || this.has('reap without a verdict first')));
    if (!open || row || !allowed) return;
    for (const cost of this.world.costs(hold).filter((amount) => amount <= hold)) {
      this.act(`has an open call of ${hold} settled at ${cost}`, r, (own, state) => {
        const call = own.calls[c]!;
        const known = { cost: call.cost, back: call.back };
        book(own, state, Object.assign(call, { cost, back: 'keep' }));
        Object.assign(call, known);
        if (phase === Phase.open) own.calls.splice(c, 1);
      });
    }
  }

  // ---- a replica ---------------------------------------------------------------------------------------------

  private replicaMoves(r: number): void {
    const replica = this.from.replicas[r]!;
    const { mode, verdict, calls } = replica;
    if (mode === Mode.live) this.liveMoves(r, replica);
    if (mode !== Mode.dead && this.world.crashes) this.fault('crashes', r, crash);
    if (mode === Mode.fenced && verdict !== Verdict.condemned) {
      this.act('is heard of again', r, (own) => {
        own.mode = Mode.live;
        if (verdict === Verdict.reaped) own.slice = [0, 0];
        own.verdict = Verdict.none;
      });
    }
    if (mode === Mode.dead) this.beginnings(r, verdict, calls);
    if (mode !== Mode.live && verdict === Verdict.none) {
      this.act('is condemned', r, (own) => void (own.verdict = Verdict.condemned));
    }
    this.reaping(r, replica);
  }

  private liveMoves(r: number, replica: Replica): void {
    const held = heldBy(replica);
    if (freeOf(replica).some((free) => free > 0) || BUDGETS.some((b) => replica.lease[b] > held)) {
      this.act('gives back what is free', r, giveBack);
    }
    const recalling = this.from.replicas.some(({ calls }) => calls.some(({ phase }) => phase === Phase.recalling));
    if (recalling && !replica.tight) {
      this.act('answers the recall', r, (own) => {
        giveBack(own);
        own.tight = true;
      });
    }
    if (this.world.partitions) {
      this.fault('loses its heartbeat', r, (own) => {
        own.mode = Mode.fenced;
        own.tight = false;
        own.calls = own.calls.filter(({ phase }) => phase >= Phase.held);
      });
    }
  }

  private beginnings(r: number, verdict: Verdict, calls: readonly Call[]): void {
    const pending = calls.filter(({ tie }) => tie !== Tie.none);
    const unreplayed = pending.some(({ phase }) => phase === Phase.spooled);
    const unsettled = pending.some(({ phase }) => phase === Phase.open);
    if (verdict === Verdict.none && !unsettled && (!unreplayed || this.has('restart without replay'))) {
      this.act('restarts and reclaims its leases', r, (own) => {
        own.mode = Mode.live;
        own.slice = [...own.lease];
      });
    }
    if (verdict === Verdict.reaped) {
      this.act(
        'begins anew',
        r,
        (own) => Object.assign(own, { mode: Mode.live, verdict: Verdict.none, slice: [0, 0] }) && undefined,
      );
    }
  }

  private reaping(r: number, { mode, verdict, calls }: Replica): void {
    const hasty = this.has('reap without a verdict first', mode === Mode.fenced && verdict === Verdict.none);
    if (verdict !== Verdict.condemned && !hasty) return;
    const missing = calls.filter(({ row, tie }) => !row && tie !== Tie.none);
    if (missing.some(({ open }) => open) && !this.has('reap before open calls are settled')) return;
    const late = missing.some(({ phase, open }) => !open && phase !== Phase.open);
    if (late && !this.world.longPartitions && !this.has('reap before the spool is delivered')) return;
    this.act('is reaped', r, (own, state) => {
      if (late && this.world.longPartitions) for (const b of BUDGETS) state.waived[b] += own.lease[b];
      own.lease = [0, 0];
      if (hasty) return;
      own.verdict = Verdict.reaped;
      own.calls.forEach((call) => (call.tie = Tie.none));
      if (mode === Mode.dead) own.slice = [0, 0];
    });
  }
}
