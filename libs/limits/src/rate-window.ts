import type { RateStanding } from '#libs/kernel';
import type { RateAsk, RateGrant, RateRule } from './rate-store.js';

/** What was taken of a window. */
export class RateTake {
  constructor(
    readonly rule: RateRule,
    /** Nothing: the limit is reached. Less than was asked for: it is reached with this. */
    readonly taken: number,
    readonly windowId: string,
    /** What was left of the limit then. */
    readonly remaining: number,
    private readonly resetSeconds: number,
  ) {}

  /** How the limit stood then; made anew each time. */
  standing(): RateStanding {
    const { remaining, resetSeconds } = this;
    const { policy, limit, windowMs } = this.rule;
    return { policy, limit, remaining, resetSeconds, windowSeconds: windowMs / 1_000 };
  }
}

interface Waiting {
  readonly amount: number;
  readonly resolve: (take: RateTake) => void;
}

/** Grants in quick succession grow, so that a busy replica asks about once a second. */
const BUSY_MS = 1_000;
/** How long an empty window is believed in; meanwhile others may have given something back. */
const EMPTY_MS = 250;

/** This replica's share of one window that all of them count in. Times are those of `performance.now()`. */
export class RateWindow {
  readonly waiting: Waiting[] = [];
  private windowId = '';
  private endsAtMs = 0;
  private available = 0;
  /** What the store had left, as far as is known. */
  private free = 0;
  private emptyUntilMs = 0;
  private correction = 0;
  private grantedHere = 0;
  private askedAtMs = -Infinity;
  private lastGrant = 0;

  constructor(private rule: RateRule) {}

  /** A limit that was changed holds from the next question on. */
  follow(rule: RateRule): void {
    if (rule.limit !== this.rule.limit) this.emptyUntilMs = 0;
    this.rule = rule;
  }

  /** Takes at once, or knows at once that there is nothing; undefined when the store must be asked. */
  take(amount: number): RateTake | undefined {
    const now = performance.now();
    if (now >= this.endsAtMs || this.waiting.length > 0) return undefined;
    if (this.available >= amount || now < this.emptyUntilMs) return this.takeUpTo(amount);
    return undefined;
  }

  /** Corrects what was taken by what was used. @returns whether the store is to hear of it */
  correct(windowId: string, delta: number): boolean {
    if (delta === 0 || windowId !== this.windowId || performance.now() >= this.endsAtMs) return false;
    const covered = delta > 0 ? Math.min(delta, this.available) : 0;
    this.available -= covered;
    this.correction += delta - covered;
    if (delta < 0) {
      this.free -= delta;
      this.emptyUntilMs = 0;
    }
    return this.correction !== 0;
  }

  /** What was taken a moment ago is not needed after all. */
  giveBack({ windowId, taken }: RateTake): void {
    if (windowId === this.windowId) this.available += taken;
  }

  ask(): RateAsk {
    const now = performance.now();
    const isOver = now >= this.endsAtMs;
    const asked = this.waiting.reduce((sum, { amount }) => sum + amount, 0);
    const needed = Math.max(asked - (isOver ? 0 : this.available), 0);
    const grown = now - this.askedAtMs < BUSY_MS ? this.lastGrant * 2 : 0;
    const correction = isOver ? 0 : this.correction;
    this.correction = 0;
    this.askedAtMs = now;
    return {
      rule: this.rule,
      needed,
      wanted: needed === 0 ? 0 : needed + Math.max(this.rule.ahead, grown),
      windowId: correction === 0 ? '' : this.windowId,
      correction,
    };
  }

  /** @returns whether somebody still waits although there is something left: ask once more */
  answer({ windowId, endsInMs, granted, free }: RateGrant): boolean {
    if (windowId !== this.windowId) this.begin(windowId, this.askedAtMs + endsInMs);
    this.available += granted;
    this.grantedHere += granted;
    this.lastGrant = granted;
    this.free = free;
    this.emptyUntilMs = free === 0 ? performance.now() + EMPTY_MS : 0;
    while (this.waiting[0] && this.available > 0) this.serveNext();
    if (this.waiting.length > 0 && free > 0) return true;
    while (this.waiting[0]) this.serveNext();
    return false;
  }

  /** No store answers: this replica counts by itself until the window ends. */
  countAlone(): void {
    const now = performance.now();
    if (now >= this.endsAtMs) this.begin(`alone ${now}`, now + this.rule.windowMs);
    this.answer({
      windowId: this.windowId,
      endsInMs: 0,
      granted: Math.max(this.rule.limit - this.grantedHere, 0),
      free: 0,
    });
  }

  private begin(windowId: string, endsAtMs: number): void {
    this.windowId = windowId;
    this.endsAtMs = endsAtMs;
    this.available = 0;
    this.grantedHere = 0;
    this.correction = 0;
  }

  private serveNext(): void {
    const next = this.waiting.shift();
    next?.resolve(this.takeUpTo(next.amount));
  }

  private takeUpTo(amount: number): RateTake {
    const taken = Math.min(amount, this.available);
    this.available -= taken;
    const remaining = Math.min(this.available + Math.max(this.free, 0), this.rule.limit);
    const resetSeconds = Math.max(1, Math.ceil((this.endsAtMs - performance.now()) / 1_000));
    return new RateTake(this.rule, taken, this.windowId, remaining, resetSeconds);
  }
}
