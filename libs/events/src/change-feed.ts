import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { HotSql, isConnectionLoss, Notifications, type PreparedStatement } from '#libs/database';

/**
 * What changed, and the key that a listener hears: the row's id unless said otherwise.
 * - `api_key_models`: the id of the API key
 * - `team_members`: the id of the person
 * - `sessions`: the ids of the session and of the person, with a space between
 * - `subscriptions`: the ids of the person and of the model, with a space between
 * - `quotas`: the id of the subscription
 * - `settings`: the key of the setting
 * - `ring_keys`: nothing
 * - `catalogue`: nothing; models, prices, aliases, fallbacks and providers are one
 */
export type ChangeTopic =
  | 'api_keys'
  | 'api_key_models'
  | 'users'
  | 'teams'
  | 'team_members'
  | 'sessions'
  | 'subscriptions'
  | 'quotas'
  | 'settings'
  | 'ring_keys'
  | 'catalogue';

interface Note {
  /** The oldest transaction that was still open: whatever is noted by it or after it may not have been seen yet. */
  readonly horizon: string;
  readonly id: string | null;
  readonly topic: string | null;
  readonly key: string | null;
}

const CHANNEL = 'sluice_changes';
const LOOK_MS = 500;
const PRUNE_MS = 60_000;
/** Notes live twice as long as the longest gap after which they are still relied on. */
const LONGEST_GAP_MS = 300_000;

const LOOK: PreparedStatement = {
  name: 'changes_since',
  text: `SELECT s.horizon::text, c.id, c.topic, c.key
           FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS horizon) s
           LEFT JOIN changes c ON c.changed_in >= $1::text::xid8
          ORDER BY c.id`,
};
const PRUNE: PreparedStatement = {
  name: 'changes_prune',
  text: 'DELETE FROM changes WHERE noted_at < now() - make_interval(secs => $1)',
};

/**
 * Tells this replica what any writer changed, so that nothing outdated is kept in memory: at once by a notification,
 * and within half a second by the notes of the changes themselves when the notification is lost.
 */
@Injectable()
export class ChangeFeed implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(ChangeFeed.name);
  private readonly listeners = new Map<string, ((key: string) => void)[]>();
  private readonly gapListeners: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;
  private horizon: string | undefined;
  private seen: ReadonlySet<string> = new Set();
  private looking: Promise<void> | undefined;
  private lookedAt = -Infinity;
  private prunedAt = performance.now();

  constructor(
    private readonly notifications: Notifications,
    private readonly sql: HotSql,
  ) {}

  /** Hears of every change, at least once, after its commit. */
  on(topic: ChangeTopic, listener: (key: string) => void): void {
    this.listeners.set(topic, [...(this.listeners.get(topic) ?? []), listener]);
  }

  /** Hears that anything may have changed. */
  onGap(listener: () => void): void {
    this.gapListeners.push(listener);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.notifications.listen(CHANNEL, (message) => this.hear(message));
    this.notifications.onGap(() => void this.look());
    await this.look();
    this.timer = setInterval(() => void this.look(), LOOK_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  private look(): Promise<void> {
    this.looking ??= this.catchUp().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async catchUp(): Promise<void> {
    const startedAt = performance.now();
    try {
      const notes = await this.sql.query<Note>(LOOK, [this.horizon]);
      if (startedAt - this.lookedAt > LONGEST_GAP_MS) this.gapListeners.forEach((listener) => listener());
      const found = notes.filter(({ id }) => id !== null);
      for (const { id, topic, key } of found) if (!this.seen.has(id ?? '')) this.tell(topic ?? '', key ?? '');
      this.seen = new Set(found.map(({ id }) => id ?? ''));
      this.horizon = notes[0]?.horizon;
      this.lookedAt = startedAt;
      if (startedAt - this.prunedAt > PRUNE_MS) await this.prune(startedAt);
    } catch (error) {
      if (!isConnectionLoss(error)) this.log.warn('Changes could not be looked up; it is tried again.', error);
    }
  }

  private async prune(at: number): Promise<void> {
    this.prunedAt = at;
    await this.sql.query(PRUNE, [(2 * LONGEST_GAP_MS) / 1_000]);
  }

  private hear(message: string): void {
    const end = message.indexOf(' ');
    this.tell(message.slice(0, end), message.slice(end + 1));
  }

  private tell(topic: string, key: string): void {
    for (const listener of this.listeners.get(topic) ?? []) listener(key);
  }
}
