import { join } from 'node:path';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { type ConfigOf, InjectConfig, platformConfig } from '#libs/config';
import { isConnectionLoss } from '#libs/database';
import { type ComponentHealth, Health, Metrics } from '#libs/observability';
import { Spool, SpoolFull } from '#libs/spool';
import { Replica } from './budgets/replica.js';
import { LEDGER_CODEC } from './ledger.codec.js';
import type { LedgerRow } from './ledger.row.js';
import { UsageLedgerRepository } from './usage-ledger.repository.js';

const REPLAY_MS = 500;
const REPLAY_BATCH = 500;

/**
 * Makes settled calls durable wherever it can: in PostgreSQL, or, while that is away, in a file that is synced to
 * disk and replayed when it is back. Replaying is idempotent, because a call's id is its row's key.
 */
@Injectable()
export class DurableLedger implements OnModuleInit {
  private readonly log = new Logger(DurableLedger.name);
  private spool: Spool<LedgerRow> | undefined;
  private isAway = false;
  private isFull = false;
  private timer: NodeJS.Timeout | undefined;
  private replaying: Promise<void> | undefined;
  private readonly spooled;

  constructor(
    private readonly ledger: UsageLedgerRepository,
    @InjectConfig(platformConfig) private readonly config: ConfigOf<typeof platformConfig>,
    private readonly health: Health,
    private readonly replica: Replica,
    metrics: Metrics,
  ) {
    this.spooled = metrics.counter(
      'usage_spooled_total',
      'Settled calls that went to disk because PostgreSQL was away.',
    );
    metrics.gauge('usage_spool_records', 'Settled calls that wait on disk.', [], (gauge) =>
      gauge.set(this.spool?.pending ?? 0),
    );
    metrics.gauge('usage_spool_bytes', 'What the settled calls that wait on disk take there.', [], (gauge) =>
      gauge.set(this.spool?.bytes ?? 0),
    );
    metrics.gauge(
      'usage_spool_oldest_seconds',
      'Age of the oldest settled call that waits on disk; 0 where none does.',
      [],
      (gauge) => {
        const { oldestMs } = this.spool ?? {};
        gauge.set(oldestMs === undefined ? 0 : Math.max(0, Date.now() - oldestMs) / 1_000);
      },
    );
  }

  async onModuleInit(): Promise<void> {
    this.spool = await Spool.open(join(this.config.dataDir, 'spool'), LEDGER_CODEC, {
      report: (finding) => this.log.error(finding, 'The spool of settled calls was damaged'),
    });
    this.health.register({ name: 'ledger', critical: false, check: () => this.state() });
    this.timer = setInterval(() => void this.replay(), REPLAY_MS).unref();
  }

  /** Names this process for as long as its undelivered records are in its own spool. */
  get identity(): string {
    return this.open().identity;
  }

  /** Whether a further call could still be made durable. */
  get accepts(): boolean {
    return !this.isFull;
  }

  /**
   * Resolves once every row is durable. While PostgreSQL is away it is not asked for each group again: whoever
   * replays finds out that it is back.
   *
   * @throws SpoolFull when neither takes them
   */
  async append(rows: readonly LedgerRow[]): Promise<void> {
    if (!this.isAway) {
      try {
        await this.ledger.append(rows);
        return;
      } catch (error) {
        if (!mustWait(error)) throw error;
        this.isAway = true;
        this.log.warn('PostgreSQL is away, or of another version; settled calls go to disk.', error);
      }
    }
    await this.keep(rows);
  }

  /** Brings what waits on disk to the ledger. @returns whether nothing waits any more */
  async replay(): Promise<boolean> {
    if (!this.isAway && this.open().pending === 0) return true;
    return this.adopt();
  }

  /** The same, and takes over what ended processes of this place left behind. */
  async adopt(): Promise<boolean> {
    const spool = this.open();
    this.replaying ??= this.deliver(spool).finally(() => {
      this.replaying = undefined;
    });
    await this.replaying;
    return !this.isAway && spool.pending === 0;
  }

  /** @returns whether nothing was left behind on disk */
  async close(): Promise<boolean> {
    clearInterval(this.timer);
    const empty = await this.replay();
    await this.spool?.close();
    return empty;
  }

  private async deliver(spool: Spool<LedgerRow>): Promise<void> {
    try {
      // An empty append asks whether PostgreSQL is there.
      await this.ledger.append([]);
      const delivered = await spool.replay((rows) => this.appendEach(rows), REPLAY_BATCH);
      if (this.isAway || delivered > 0)
        this.log.log({ delivered }, 'PostgreSQL is back; what waited on disk is in the ledger');
      this.isAway = false;
      this.isFull = false;
    } catch (error) {
      if (!mustWait(error)) this.log.error('What waits on disk could not be brought to the ledger', error);
    }
  }

  /** A row that the ledger refuses is set aside, so that it does not keep all others waiting. */
  private async appendEach(rows: readonly LedgerRow[]): Promise<void> {
    try {
      await this.ledger.append(rows);
    } catch (error) {
      if (isPassing(error)) throw error;
      const [first] = rows;
      if (rows.length === 1 && first) {
        this.log.error({ id: first.id }, error);
        await this.ledger.setAside(first, error);
        return;
      }
      const middle = Math.ceil(rows.length / 2);
      await this.appendEach(rows.slice(0, middle));
      await this.appendEach(rows.slice(middle));
    }
  }

  /** A row that the ledger refused when it was settled. */
  async setAside(row: LedgerRow, error: unknown): Promise<void> {
    await this.ledger.setAside(row, error);
  }

  private async keep(rows: readonly LedgerRow[]): Promise<void> {
    // The clock of this machine may tell another time, and the row shall fall into the same hour as all others.
    const settledAt = this.replica.databaseNow.toISOString();
    try {
      await this.open().append(rows.map((row) => ({ ...row, settledAt: row.settledAt ?? settledAt })));
      this.spooled.inc(rows.length);
      this.isFull = false;
    } catch (error) {
      const refused =
        error instanceof SpoolFull || !SYSTEM.test(codeOf(error)) ? error : new SpoolFull('disk', { cause: error });
      this.isFull = refused instanceof SpoolFull;
      throw refused;
    }
  }

  private open(): Spool<LedgerRow> {
    if (!this.spool) throw new Error('The spool is not open yet.');
    return this.spool;
  }

  private state(): ComponentHealth {
    if (this.isFull) return { status: 'down', detail: 'PostgreSQL is away and the disk takes no more' };
    const { pending } = this.open();
    return pending === 0 && !this.isAway
      ? { status: 'ok' }
      : { status: 'degraded', detail: `${pending} settled calls wait on disk` };
  }
}

/**
 * Conditions that end by themselves, although a row is refused now: a transaction that lost against another, too
 * little space or memory, an operator's or a time limit's cancellation, a server that is read-only while it changes roles.
 */
const PASSING = /^(?:40|53|57|25006)/;
/** A column, function or table is missing: the schema is of another version, whose replicas bring in what waits on disk. */
const OTHER_SCHEMA = /^(?:42703|42883|42P01)$/;

/** What an operating system says of a disk or a folder, whatever it is: the rows have nothing to do with it. */
const SYSTEM = /^E[A-Z0-9]+$/;

/** Whether the same rows can succeed later; otherwise one of them is at fault. */
export function isPassing(error: unknown): boolean {
  return error instanceof SpoolFull || mustWait(error) || PASSING.test(codeOf(error));
}

/** Whether nothing can be written now, whatever the rows are. */
function mustWait(error: unknown): boolean {
  return isConnectionLoss(error) || OTHER_SCHEMA.test(codeOf(error));
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
