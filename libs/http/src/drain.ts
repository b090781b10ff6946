import type { Server } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Config } from '#libs/config';
import { LinkedList } from '#libs/kernel';
import { Health } from '#libs/observability';
import { httpConfig } from './http.config.js';

/** Who comes between the look at the door and its closing is turned away: a turn of the event loop lies between. */
const SHORTEST_GAP_MS = 0.2;
/** A busy process has no such short turn; it may be longer by so much for each millisecond of waiting. */
const GAP_PER_MS = 0.001;
/** Under a rush there is always another one. */
const LET_IN_LIMIT_MS = 5_000;

const connections = new WeakMap<Server, LinkedList<Socket>>();

/** Remembers who is connected, so that {@link drainAndClose} knows who still waits for bytes. */
export function rememberConnections(server: Server): void {
  const open = new LinkedList<Socket>();
  connections.set(server, open);
  server.on('connection', (socket) => socket.once('close', open.add(socket)));
}

/**
 * Shuts the process's door and waits for who is inside: not ready any more, no new connections; one more request of
 * each connection, and what runs, finishes or is cut when the grace is over. Then the application closes its pools.
 */
export async function drainAndClose(app: NestFastifyApplication): Promise<void> {
  const health = app.get(Health);
  health.leave();
  const { shutdownGraceSeconds } = app.get(Config).get(httpConfig);
  const cutAtMs = performance.now() + shutdownGraceSeconds * 1_000;
  const server: Server = app.getHttpServer();
  await letIn(server);
  // The close of an HTTP server ends what is idle first, one by one, while others knock.
  const finished = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  closeIdle(server);
  const cut = setTimeout(
    () => {
      health.drain();
      server.closeAllConnections();
    },
    Math.max(0, cutAtMs - performance.now()),
  );
  // A keep-alive connection turns idle only after its answer; look again until none is left.
  const sweep = setInterval(() => closeIdle(server), 100);
  await finished;
  clearTimeout(cut);
  clearInterval(sweep);
  await app.close();
}

/** Node takes an answer that was ended for a given one, and would cut it while its last bytes wait for a slow reader. */
function closeIdle(server: Server): void {
  for (const { writableLength } of connections.get(server) ?? []) if (writableLength > 0) return;
  server.closeIdleConnections();
}

/** Who knocked already is let in: the closing of the door resets connections that were not accepted yet. */
async function letIn(server: Server): Promise<void> {
  let knocked = true;
  const knock = (): void => {
    knocked = true;
  };
  server.on('connection', knock);
  // Whoever calls us may do so after the last look at the door: only from here on a turn is a whole one.
  await setImmediate();
  const startedAtMs = performance.now();
  let turnMs = Infinity;
  let atMs = startedAtMs;
  const isGapTooLong = (): boolean => turnMs > SHORTEST_GAP_MS + GAP_PER_MS * (atMs - startedAtMs);
  // A turn accepts at least one of those who wait, so after one without a knock nobody waited as it began.
  while ((knocked || isGapTooLong()) && atMs - startedAtMs < LET_IN_LIMIT_MS) {
    knocked = false;
    await setImmediate();
    turnMs = performance.now() - atMs;
    atMs += turnMs;
  }
  server.off('connection', knock);
}
