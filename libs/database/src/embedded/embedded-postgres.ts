import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { chooseAccount } from './account.js';
import { locateBinaries } from './binaries.js';
import { DATABASE, openCluster, ROLE, type Cluster } from './cluster.js';
import { EmbeddedPostgresError } from './embedded-postgres.errors.js';
import { clearRemains, findServer, isAlive, lastPort, signal } from './postmaster.js';
import { ServerProcess, StartConflict } from './server.process.js';

export interface EmbeddedPostgresOptions {
  /** The data folder, for example `.sluice/postgres`; its password and log lie beside it. */
  readonly dataDir: string;
  /** Hears one line for each thing that takes time or that a person should know. */
  readonly onProgress?: (line: string) => void;
  /** Trades all durability for speed; for tests. */
  readonly throwaway?: boolean;
}

/** A server that serves us now: one that we started, or another process's that we share. */
interface Lease {
  readonly port: number;
  /** Resolves when the server is gone. */
  readonly ended: Promise<void>;
  release(): Promise<void>;
}

/** How long another process's server may take to start or stop before we give up on it. */
const OTHERS_LIMIT_MS = 60_000;
/** An orphan normally gets its stop signal from its watchdog at once; after this we send it. */
const ORPHAN_GRACE_MS = 1_000;
const WATCH_INTERVAL_MS = 200;
const RETRY_DELAYS_MS = [0, 100, 250, 500, 1_000, 2_000];

/**
 * Supervises a real PostgreSQL that lives and dies with this process.
 * It starts or shares the server of a data folder, brings it back on the same port when it vanishes,
 * and leaves no orphan behind even when this process is killed.
 */
export class EmbeddedPostgres {
  private stopping = false;
  private recovery: Promise<void> = Promise.resolve();

  /** Connection string with the password; it stays valid until {@link stop}. */
  readonly url: string;

  private constructor(
    private readonly cluster: Cluster,
    private readonly throwaway: boolean,
    private readonly report: (line: string) => void,
    private lease: Lease,
  ) {
    this.url = `postgres://${ROLE}:${cluster.password}@127.0.0.1:${lease.port}/${DATABASE}`;
    this.watch();
  }

  /** Resolves when the server accepts connections. Rejects with EmbeddedPostgresError, whose message says what to do. */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const report = options.onProgress ?? (() => undefined);
    const throwaway = options.throwaway ?? false;
    const account = await chooseAccount(options.dataDir);
    const binaries = await locateBinaries(account);
    const cluster = await openCluster({ dataDir: options.dataDir, binaries, account, throwaway, onProgress: report });
    const lease = await acquire(cluster, throwaway, undefined, report);
    return new EmbeddedPostgres(cluster, throwaway, report, lease);
  }

  /** Stops the server cleanly if this process started it; a shared one keeps running for its owner. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.recovery;
    await this.lease.release();
  }

  private watch(): void {
    void this.lease.ended.then(() => {
      if (!this.stopping) this.recovery = this.recover();
    });
  }

  private async recover(): Promise<void> {
    this.report('PostgreSQL is gone, starting it again');
    for (let attempt = 0; !this.stopping; attempt += 1) {
      await delay(RETRY_DELAYS_MS[Math.min(attempt, RETRY_DELAYS_MS.length - 1)]);
      try {
        this.lease = await acquire(this.cluster, this.throwaway, this.lease.port, this.report);
        this.watch();
        this.report('PostgreSQL is back');
        return;
      } catch (error) {
        this.report(error instanceof Error ? error.message : String(error));
      }
    }
  }
}

/**
 * Shares the server that runs on the cluster, or starts one. `wantedPort` is kept at any price, because clients
 * know it already; without it the port of last time is preferred and any free one will do.
 */
async function acquire(
  cluster: Cluster,
  throwaway: boolean,
  wantedPort: number | undefined,
  report: (line: string) => void,
): Promise<Lease> {
  let port = wantedPort ?? (await lastPort(cluster.dataDir)) ?? (await freePort());
  let conflict: StartConflict | undefined;
  for (const started = performance.now(); performance.now() - started < OTHERS_LIMIT_MS;) {
    const running = await settledServer(cluster, report);
    if (running) return shared(cluster, running, wantedPort);
    await clearRemains(cluster);
    try {
      return owned(await ServerProcess.start(cluster, port, throwaway), port);
    } catch (error) {
      if (!(error instanceof StartConflict)) throw error;
      if (error.reason === 'folder' && conflict?.reason === 'folder' && performance.now() - started > 5_000) break;
      if (error.reason === 'port' && wantedPort === undefined) port = await freePort();
      conflict = error;
      await delay(50);
    }
  }
  throw (
    conflict?.explanation ?? new EmbeddedPostgresError(`PostgreSQL on ${cluster.dataDir} could not be started in time.`)
  );
}

/** Waits while the server of another process starts or stops; `undefined` when there is none any more. */
async function settledServer(
  cluster: Cluster,
  report: (line: string) => void,
): Promise<{ pid: number; port: number } | undefined> {
  let orphanSince: number | undefined;
  for (const started = performance.now(); performance.now() - started < OTHERS_LIMIT_MS; await delay(20)) {
    const server = await findServer(cluster);
    if (!server) return undefined;
    if (server.ownerAlive && server.status === 'ready') return server;
    if (server.ownerAlive) continue;
    if (orphanSince === undefined) report('Waiting for the PostgreSQL of a killed process to stop');
    orphanSince ??= performance.now();
    if (performance.now() - orphanSince > ORPHAN_GRACE_MS) signal(server.pid, 'SIGINT');
  }
  throw new EmbeddedPostgresError(
    `The PostgreSQL of another process on ${cluster.dataDir} neither starts nor stops: look at ${cluster.logFile}.`,
  );
}

function owned(server: ServerProcess, port: number): Lease {
  return { port, ended: server.exited, release: () => server.stop() };
}

function shared(cluster: Cluster, { pid, port }: { pid: number; port: number }, wantedPort: number | undefined): Lease {
  if (wantedPort !== undefined && port !== wantedPort) {
    throw new EmbeddedPostgresError(
      `Another process started PostgreSQL on ${cluster.dataDir} at port ${port} instead of ${wantedPort}: restart this process.`,
    );
  }
  const watching = new AbortController();
  const ended = (async () => {
    while (!watching.signal.aborted && (await isAlive(pid, cluster))) {
      await delay(WATCH_INTERVAL_MS, undefined, { ref: false, signal: watching.signal }).catch(() => undefined);
    }
  })();
  return {
    port,
    ended,
    release: async () => {
      watching.abort();
      await ended;
    },
  };
}

/** A port that is free now; whoever takes it before the server does makes the start a {@link StartConflict}. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
