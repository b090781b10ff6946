import type { Server } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Config } from '#libs/config';
import { Health } from '#libs/observability';
import { httpConfig } from './http.config.js';

const QUIET_TURNS = 3;
/** In a longer one somebody may have come after the look at the door. */
const SHORT_TURN_MS = 1;
/** Under a rush there is always another one. */
const LET_IN_LIMIT_MS = 2_000;

/**
 * Shuts the process's door and waits for who is inside: not ready any more, no new connections; one more request of
 * each connection, and what runs, finishes or is cut when the grace is over. Then the application closes its pools.
 */
export async function drainAndClose(app: NestFastifyApplication): Promise<void> {
  const health = app.get(Health);
  health.leave();
  const { shutdownGraceSeconds } = app.get(Config).get(httpConfig);
  const server: Server = app.getHttpServer();
  await letIn(server);
  const finished = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => {
    health.drain();
    server.closeAllConnections();
  }, shutdownGraceSeconds * 1_000);
  // A keep-alive connection turns idle only after its answer; look again until none is left.
  const sweep = setInterval(() => server.closeIdleConnections(), 100);
  await finished;
  clearTimeout(cut);
  clearInterval(sweep);
  await app.close();
}

/** Who knocked already is let in: the closing of the door resets connections that were not accepted yet. */
async function letIn(server: Server): Promise<void> {
  let quiet = 0;
  const knock = (): void => {
    quiet = 0;
  };
  server.on('connection', knock);
  const startedAtMs = performance.now();
  // A turn of the event loop may accept no more than one of them.
  for (let atMs = startedAtMs; quiet < QUIET_TURNS && atMs - startedAtMs < LET_IN_LIMIT_MS;) {
    quiet += 1;
    await setImmediate();
    const turnMs = performance.now() - atMs;
    if (turnMs > SHORT_TURN_MS) quiet = 0;
    atMs += turnMs;
  }
  server.off('connection', knock);
}
