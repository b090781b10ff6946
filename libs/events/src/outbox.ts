import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { newId } from '#libs/kernel';
import { UnitOfWork } from '#libs/database';

type DurableHandler = (payload: unknown) => Promise<void>;

interface WaitingRow {
  id: string;
  handler: string;
  payload: unknown;
  attempts: number;
}

const POLL_MS = 2_000;
const LONGEST_PAUSE_SECONDS = 3_600;

/**
 * Keeps what must not be lost between a commit and its consequence. A row waits in PostgreSQL until its
 * handler has succeeded; replicas share the rows without waiting for each other.
 */
@Injectable()
export class Outbox implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(Outbox.name);
  private readonly handlers = new Map<string, DurableHandler>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  /** How often somebody asked for a delivery. */
  private wishes = 0;
  private stopping = false;

  constructor(private readonly work: UnitOfWork) {}

  /** @throws Error when two handlers share an id */
  register(id: string, handler: DurableHandler): void {
    if (this.handlers.has(id)) throw new Error(`Two durable handlers share the id "${id}".`);
    this.handlers.set(id, handler);
  }

  /** Adds a delivery to the open transaction and sees to it soon after the commit. */
  async add(handler: string, payload: object): Promise<void> {
    await this.work.manager.query('INSERT INTO outbox (id, handler, payload) VALUES ($1, $2, $3)', [
      newId(),
      handler,
      JSON.stringify(payload),
    ]);
    this.work.afterCommit(() => void this.deliverDue());
  }

  onApplicationBootstrap(): void {
    if (this.handlers.size === 0) return;
    this.timer = setInterval(() => void this.deliverDue(), POLL_MS);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.running;
  }

  /**
   * Delivers what is due, one transaction a row, until nothing is. Calls that overlap share one run. A process that ends
   * finishes the row at hand and leaves the others to the next one.
   */
  async deliverDue(): Promise<void> {
    if (this.stopping) return;
    this.wishes += 1;
    this.running ??= this.drain().finally(() => {
      this.running = undefined;
    });
    await this.running;
  }

  private async drain(): Promise<void> {
    try {
      // A row that is committed just after the last look would wait for the next poll.
      for (let seen = -1; seen !== this.wishes;) {
        seen = this.wishes;
        while (!this.stopping && (await this.deliverNext()));
      }
    } catch (error) {
      this.log.warn('The outbox could not be read; it is tried again.', error);
    }
  }

  /** @returns whether there was a row */
  private async deliverNext(): Promise<boolean> {
    return this.work.run(async () => {
      const rows: WaitingRow[] = await this.work.manager.query(
        `SELECT id, handler, payload, attempts FROM outbox
          WHERE available_at <= now() AND handler = ANY($1)
          ORDER BY available_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
        [[...this.handlers.keys()]],
      );
      const [row] = rows;
      if (!row) return false;
      const error = await this.attempt(row);
      if (error === undefined) await this.work.manager.query('DELETE FROM outbox WHERE id = $1', [row.id]);
      else await this.postpone(row, error);
      return true;
    });
  }

  /** A failing handler's own statements are taken back; the row stays ours. */
  private async attempt(row: WaitingRow): Promise<string | undefined> {
    await this.work.manager.query('SAVEPOINT delivery');
    try {
      await this.handlers.get(row.handler)?.(row.payload);
      await this.work.manager.query('RELEASE SAVEPOINT delivery');
      return undefined;
    } catch (error) {
      await this.work.manager.query('ROLLBACK TO SAVEPOINT delivery');
      this.log.warn(`The durable handler "${row.handler}" failed; it is tried again.`, error);
      return error instanceof Error ? error.message : String(error);
    }
  }

  private async postpone(row: WaitingRow, error: string): Promise<void> {
    const pause = Math.min(2 ** row.attempts, LONGEST_PAUSE_SECONDS);
    await this.work.manager.query(
      `UPDATE outbox SET attempts = attempts + 1, last_error = $2, available_at = now() + make_interval(secs => $3)
        WHERE id = $1`,
      [row.id, error, pause],
    );
  }
}
