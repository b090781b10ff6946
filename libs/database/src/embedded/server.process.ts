import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from './cluster.js';
import { EmbeddedPostgresError, explainOutput } from './embedded-postgres.errors.js';
import { isAlive, OWNER_SETTING, readPostmaster, signal } from './postmaster.js';
import { TOOL_ENVIRONMENT } from './tool.js';

/** A start that may succeed when it is tried again: the port was taken, or another server was quicker. */
export class StartConflict extends Error {
  constructor(
    readonly reason: 'port' | 'folder',
    readonly explanation: EmbeddedPostgresError,
  ) {
    super(explanation.message);
  }
}

/** Crash recovery replays at most `max_wal_size` of log; longer than this is a hang. */
const START_LIMIT_MS = 300_000;
/** How long open transactions may take to roll back before the server is made to stop without a checkpoint. */
const STOP_LIMIT_MS = 20_000;
const LOG_LIMIT_BYTES = 5_000_000;
const POLL_MS = 10;

/**
 * Starts the server and waits on it. Standard input is a lifeline: when our end closes, also because we were killed,
 * the reader gets the end of file and asks the server to stop. Descriptor 3 carries it, because a shell gives
 * background commands an empty standard input. It asks again and again, because a server that has just been started
 * still ignores the signal.
 */
const WATCHDOG = `
exec 3<&0 </dev/null
"$@" 3<&- &
server=$!
trap 'kill -INT $server 2>/dev/null' INT TERM HUP
{ read -r _ <&3; while kill -INT $server 2>/dev/null; do sleep 0.2; done; } &
lifeline=$!
while :; do wait $server; code=$?; kill -0 $server 2>/dev/null || break; done
kill $lifeline 2>/dev/null
exit $code
`;

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  jit: 'off',
  // Failed statements are the application's to report; their text may hold personal data.
  log_min_messages: 'log',
  log_checkpoints: 'off',
};

/** For data that nobody misses: no write reaches the disk on purpose, and nothing works in the background. */
const THROWAWAY_SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_connections: '200',
  io_method: 'sync',
  shared_buffers: '64MB',
};

/** One PostgreSQL server that this process started, with the watchdog that outlives us. */
export class ServerProcess {
  private constructor(
    private readonly cluster: Cluster,
    private readonly watchdog: ChildProcess,
    /** Resolves when the server is gone, for whatever reason. */
    readonly exited: Promise<void>,
  ) {}

  /** Resolves when the server accepts connections. Rejects with StartConflict or EmbeddedPostgresError. */
  static async start(cluster: Cluster, port: number, throwaway: boolean): Promise<ServerProcess> {
    await rotateLog(cluster.logFile);
    const log = await open(cluster.logFile, 'a', 0o600);
    const { size: logStart } = await log.stat();
    try {
      const watchdog = spawn('/bin/sh', ['-c', WATCHDOG, 'sluice-postgres', ...commandLine(cluster, port, throwaway)], {
        cwd: cluster.dataDir,
        env: TOOL_ENVIRONMENT,
        stdio: ['pipe', log.fd, log.fd],
        // Its own session: Ctrl-C must reach the application alone, which drains before the database goes.
        detached: true,
        ...(cluster.account && { uid: cluster.account.uid, gid: cluster.account.gid }),
      });
      const exited = new Promise<void>((resolve) => {
        watchdog.once('error', () => resolve());
        watchdog.once('exit', () => resolve());
      });
      watchdog.stdin?.on('error', () => undefined);
      const server = new ServerProcess(cluster, watchdog, exited);
      await server.waitUntilReady(port, logStart);
      watchdog.unref();
      // A process that has nothing else to do may end; the closing lifeline then stops the server.
      // Node makes this pipe a socket and types it as a mere stream.
      if (watchdog.stdin instanceof Socket) watchdog.stdin.unref();
      void exited.then(() => watchdog.stdin?.destroy());
      return server;
    } finally {
      await log.close();
    }
  }

  /** Ends open sessions, writes a checkpoint and waits until the server is gone. */
  async stop(): Promise<void> {
    this.watchdog.ref();
    const postmaster = await readPostmaster(this.cluster.dataDir);
    this.watchdog.stdin?.destroy();
    if (await this.exitsWithin(STOP_LIMIT_MS)) return;
    // Immediate shutdown: committed data is safe in the log and replayed at the next start.
    if (postmaster && (await isAlive(postmaster.pid, this.cluster))) signal(postmaster.pid, 'SIGQUIT');
    if (await this.exitsWithin(STOP_LIMIT_MS)) return;
    throw new EmbeddedPostgresError(
      `PostgreSQL on ${this.cluster.dataDir} does not stop: look at ${this.cluster.logFile}; the next start recovers by itself.`,
    );
  }

  private async waitUntilReady(port: number, logStart: number): Promise<void> {
    let gone = false;
    void this.exited.then(() => (gone = true));
    for (const started = performance.now(); performance.now() - started < START_LIMIT_MS; await delay(POLL_MS)) {
      const postmaster = await readPostmaster(this.cluster.dataDir);
      if (gone) throw explainExit(await readFrom(this.cluster.logFile, logStart), this.cluster);
      if (postmaster?.status !== 'ready' || postmaster.port !== port) continue;
      // The file of a killed predecessor says the same until the new server replaces it.
      if (await isAlive(postmaster.pid, this.cluster)) return;
    }
    this.watchdog.stdin?.destroy();
    throw new EmbeddedPostgresError(
      `PostgreSQL did not finish its recovery of ${this.cluster.dataDir} in ${START_LIMIT_MS / 60_000} minutes: look at ${this.cluster.logFile}.`,
    );
  }

  private async exitsWithin(milliseconds: number): Promise<boolean> {
    const limit = new AbortController();
    const timeout = delay(milliseconds, false, { signal: limit.signal }).catch(() => false);
    const gone = await Promise.race([this.exited.then(() => true), timeout]);
    limit.abort();
    return gone;
  }
}

function commandLine(cluster: Cluster, port: number, throwaway: boolean): string[] {
  const settings = {
    ...SETTINGS,
    ...(throwaway && THROWAWAY_SETTINGS),
    cluster_name: cluster.name,
    [OWNER_SETTING]: String(process.pid),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return [cluster.binaries.postgres, '-D', cluster.serverDataDir, '-p', String(port), ...flags];
}

function explainExit(output: string, cluster: Cluster): Error {
  const explanation = explainOutput(output, cluster.dataDir, cluster.logFile);
  if (/Address already in use|could not create any TCP\/IP sockets/.test(output))
    return new StartConflict('port', explanation);
  if (/lock file ".*" already exists|is still in use/.test(output)) return new StartConflict('folder', explanation);
  return explanation;
}

async function readFrom(file: string, start: number): Promise<string> {
  const content = await readFile(file);
  return content.subarray(start).toString();
}

async function rotateLog(file: string): Promise<void> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_LIMIT_BYTES) await rename(file, `${file}.1`);
}
