import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Client } from 'pg';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { databaseConfig } from './database.config.js';
import { HotSql } from './hot-sql.js';

type Listener = (payload: string) => void;

const NOTIFY = { name: 'notify', text: 'SELECT pg_notify($1, $2)' };
const RETRY_MS = [50, 2_000] as const;

/**
 * Carries short messages between the processes on one database (LISTEN and NOTIFY). A message can be lost while
 * a connection is away: whoever needs certainty also asks the database, and is told by `onGap` when to.
 */
@Injectable()
export class Notifications implements OnApplicationShutdown {
  private readonly log = new Logger(Notifications.name);
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly gapListeners = new Set<() => void>();
  private client: Client | undefined;
  private connecting: Promise<void> | undefined;
  private stopped = false;

  constructor(
    @InjectConfig(databaseConfig) private readonly config: ConfigOf<typeof databaseConfig>,
    private readonly sql: HotSql,
  ) {}

  /** Hears every message on a channel from now on; the name must be a plain identifier. */
  async listen(channel: string, listener: Listener): Promise<void> {
    const known = this.listeners.get(channel);
    if (known) {
      known.add(listener);
      return;
    }
    this.listeners.set(channel, new Set([listener]));
    if (this.client) await this.client.query(`LISTEN ${channel}`);
    else await this.connect();
  }

  /** Calls back whenever messages may have been missed. */
  onGap(listener: () => void): void {
    this.gapListeners.add(listener);
  }

  async send(channel: string, payload: string): Promise<void> {
    await this.sql.query(NOTIFY, [channel, payload]);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await this.client?.end().catch(() => undefined);
  }

  private connect(): Promise<void> {
    this.connecting ??= this.reconnect().finally(() => {
      this.connecting = undefined;
    });
    return this.connecting;
  }

  private async reconnect(): Promise<void> {
    for (let pause: number = RETRY_MS[0]; !this.stopped; pause = Math.min(pause * 2, RETRY_MS[1])) {
      const client = new Client({
        connectionString: this.config.url,
        application_name: 'sluice-notifications',
        keepAlive: true,
      });
      try {
        client.on('error', () => undefined);
        await client.connect();
        for (const channel of this.listeners.keys()) await client.query(`LISTEN ${channel}`);
        client.on('notification', ({ channel, payload }) => this.deliver(channel, payload ?? ''));
        client.once('end', () => this.lost());
        this.client = client;
        return;
      } catch (error) {
        await client.end().catch(() => undefined);
        this.log.warn('Messages from other replicas cannot be heard at present.', error);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  private lost(): void {
    this.client = undefined;
    if (this.stopped) return;
    void this.connect().then(() => this.gapListeners.forEach((listener) => listener()));
  }

  private deliver(channel: string, payload: string): void {
    for (const listener of this.listeners.get(channel) ?? []) listener(payload);
  }
}
