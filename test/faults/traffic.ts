import { type Ask, type CallRecord, callGateway } from './caller.js';
import type { Dice } from './dice.js';

/** What a caller wants next; the gateway and the name of the call are the traffic's. */
export type Wish = Omit<Ask, 'url' | 'requestId'>;

/** Thrown only in a test: the schedule of a caller depends on its own dice and on nothing else. */
export type Wisher = (dice: Dice) => Wish;

/** So that those who are turned away, however many, leave the machine to the others. */
const TURNED_AWAY_MS = 20;
const TURNED_AWAY_MS_PER_CALLER = 1;
const REFUSED_MS = 5;

/** Callers who ask one question after another until they are told to stop, each at whichever gateway it likes. */
export class Traffic {
  private stopping = false;
  private readonly callers: Promise<void>[];
  private readonly turnedAwayMs: number;

  constructor(
    private readonly name: string,
    private readonly urls: readonly string[],
    dice: Dice,
    callers: number,
    private readonly wish: Wisher,
    /** Takes every call. */
    private readonly records: CallRecord[],
  ) {
    this.turnedAwayMs = TURNED_AWAY_MS + TURNED_AWAY_MS_PER_CALLER * callers;
    this.callers = Array.from({ length: callers }, (_, index) => this.live(index, dice.fork()));
  }

  /** Resolves when the last call has ended. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.callers);
  }

  private async live(index: number, dice: Dice): Promise<void> {
    for (let n = 0; !this.stopping; n += 1) {
      const wish = this.wish(dice);
      const first = dice.between(0, this.urls.length - 1);
      const record = await this.ask(wish, `${this.name}-${index}-${n}`, first);
      this.records.push(record);
      // Whoever has no money left asks again, but not as fast as it can.
      if (record.status !== 200) await new Promise((resolve) => setTimeout(resolve, this.turnedAwayMs));
    }
  }

  /** Where nobody listens the next gateway is asked: nothing was sent, so nothing is asked twice. */
  private async ask(wish: Wish, requestId: string, first: number): Promise<CallRecord> {
    for (let attempt = first; ; attempt += 1) {
      const url = this.urls[attempt % this.urls.length] ?? '';
      const record = await callGateway({ ...wish, url, requestId });
      if (record.end !== 'refused') return record;
      await new Promise((resolve) => setTimeout(resolve, REFUSED_MS));
    }
  }
}
