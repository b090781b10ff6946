import type { Clock } from '#libs/kernel';

export const CIRCUIT_STATES = ['closed', 'open', 'half_open'] as const;
export type CircuitState = (typeof CIRCUIT_STATES)[number];

/** Why a circuit is open: the key is not accepted, its money or its rate is used up, or the provider fails. */
export const CIRCUIT_REASONS = ['auth', 'quota', 'rate', 'server'] as const;
export type CircuitReason = (typeof CIRCUIT_REASONS)[number];

/** A circuit as it is kept and shared. */
export interface CircuitSnapshot {
  readonly state: CircuitState;
  readonly reason: CircuitReason | undefined;
  /** Failures in a row. */
  readonly failures: number;
  /** Unix milliseconds; undefined while closed, and for a refused key, which time does not heal. */
  readonly openUntil: number | undefined;
}

/** A failure that counts against a key. */
export interface KeyFailure {
  readonly reason: CircuitReason;
  /** How long the provider wants to be left alone; for `rate` and `quota`. */
  readonly cooldownMs?: number | undefined;
}

export const FAILURES_TO_OPEN = 5;
export const OPEN_MS = 60_000;
export const HALF_OPEN_TRIALS = 3;
/** What a provider means by 429 when it does not say how long. */
export const DEFAULT_COOLDOWN_MS = 3_600_000;

/**
 * Decides whether a key may be tried. Closed, it may; open, it may not; half-open, three calls at once may find out.
 * Real calls are the probe: a success closes the circuit, a failure opens it again.
 */
export class KeyCircuit {
  private current: CircuitState = 'closed';
  private cause: CircuitReason | undefined;
  private failed = 0;
  private until: number | undefined;
  private trials = 0;

  constructor(private readonly clock: Clock) {}

  /** The state now: an open circuit whose time is over is half-open, whoever looks first. */
  get state(): CircuitState {
    if (this.current === 'open' && this.until !== undefined && this.clock.now() >= this.until) {
      this.current = 'half_open';
      this.trials = 0;
    }
    return this.current;
  }

  get reason(): CircuitReason | undefined {
    return this.cause;
  }

  get failures(): number {
    return this.failed;
  }

  /** Unix milliseconds; undefined when time alone changes nothing. */
  get openUntil(): number | undefined {
    return this.state === 'open' ? this.until : undefined;
  }

  get usable(): boolean {
    const { state } = this;
    return state === 'closed' || (state === 'half_open' && this.trials < HALF_OPEN_TRIALS);
  }

  /** A call begins; it ends with {@link succeed}, {@link fail} or {@link release}. @returns whether it is a trial */
  begin(): boolean {
    if (this.state !== 'half_open') return false;
    this.trials += 1;
    return true;
  }

  /** @returns whether anything changed */
  succeed(trial: boolean): boolean {
    // A call from before it opened says nothing about now.
    if (this.state === 'open' || (this.current === 'closed' && this.failed === 0)) return false;
    if (this.current === 'half_open' && !trial) return false;
    this.close();
    return true;
  }

  /** The call ended without saying anything about the key: the caller's mistake, or gone. */
  release(trial: boolean): void {
    if (trial && this.trials > 0) this.trials -= 1;
  }

  /** @returns whether anything changed */
  fail(failure: KeyFailure, trial: boolean): boolean {
    const { reason } = failure;
    const { state } = this;
    if (reason === 'auth') return this.open('auth', undefined);
    if (this.cause === 'auth' && state === 'open') return false;
    if (reason === 'rate' || reason === 'quota') {
      const until = this.clock.now() + (failure.cooldownMs ?? DEFAULT_COOLDOWN_MS);
      // Of calls that were refused together the longest wait counts.
      return state === 'open' && until <= (this.until ?? 0) ? false : this.open(reason, until);
    }
    if (state === 'open' || (state === 'half_open' && !trial)) return false;
    this.failed += 1;
    if (state === 'half_open' || this.failed >= FAILURES_TO_OPEN) this.open('server', this.clock.now() + OPEN_MS);
    return true;
  }

  /** Forgets every failure. */
  close(): void {
    this.current = 'closed';
    this.cause = undefined;
    this.failed = 0;
    this.until = undefined;
    this.trials = 0;
  }

  snapshot(): CircuitSnapshot {
    return { state: this.state, reason: this.cause, failures: this.failed, openUntil: this.openUntil };
  }

  /** Takes over what another replica, or an earlier process, knows. */
  restore({ state, reason, failures, openUntil }: CircuitSnapshot): void {
    if (state === 'closed') this.close();
    this.current = state;
    this.cause = reason;
    this.failed = failures;
    this.until = openUntil;
  }

  private open(reason: CircuitReason, until: number | undefined): boolean {
    const changed = this.current !== 'open' || this.cause !== reason || this.until !== until;
    this.current = 'open';
    this.cause = reason;
    this.until = until;
    this.trials = 0;
    return changed;
  }
}
