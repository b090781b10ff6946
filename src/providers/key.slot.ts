import type { Clock } from '#libs/kernel';
import { KeyCircuit } from './key.circuit.js';

/** One key in memory: its secret, its circuit, and how it was used. */
export class KeySlot {
  readonly circuit: KeyCircuit;
  enabled: boolean;
  /** Calls of this process. */
  uses = 0;
  /** Unix milliseconds, as are the two that follow. */
  lastPickedAt: number | undefined;
  lastSuccessAt: number | undefined;
  lastFailedAt: number | undefined;
  lastError: string | undefined;
  /** What the database does not know yet. */
  readonly pending = { attempts: 0, errors: 0, circuit: false };
  /** The version of the kept state that was read or written last; 0 when there was none. */
  version = 0;

  /** @param id undefined for a provider that wants no key: its state is not kept */
  constructor(
    readonly id: string | undefined,
    readonly secret: string | undefined,
    clock: Clock,
    enabled = true,
  ) {
    this.circuit = new KeyCircuit(clock);
    this.enabled = enabled;
  }

  get usable(): boolean {
    return this.enabled && this.readable && this.circuit.usable;
  }

  /** Works at present, as far as is known; half-open is not known. */
  get healthy(): boolean {
    return this.enabled && this.readable && this.circuit.state === 'closed';
  }

  /** A sealed value that does not open leaves a key without a secret. */
  get readable(): boolean {
    return this.id === undefined || this.secret !== undefined;
  }

  /** A call begins. @returns whether it is a trial of a half-open circuit */
  pick(now: number): boolean {
    this.uses += 1;
    this.lastPickedAt = now;
    this.pending.attempts += 1;
    return this.circuit.begin();
  }

  /** @param error a short word that holds no secret */
  noteFailure(error: string, now: number): void {
    this.lastError = error;
    this.lastFailedAt = now;
    this.pending.errors += 1;
  }
}
