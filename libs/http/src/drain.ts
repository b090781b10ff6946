import type { Server } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Config } from '#libs/config';
import { Health } from '#libs/observability';
import { httpConfig } from './http.config.js';

/**
 * Shuts the process's door and waits for who is inside: not ready any more, no new connections, running
 * requests and streams finish or are cut when the grace is over. Then the application closes its pools.
 */
export async function drainAndClose(app: NestFastifyApplication): Promise<void> {
  app.get(Health).drain();
  const { shutdownGraceSeconds } = app.get(Config).get(httpConfig);
  const server: Server = app.getHttpServer();
  // Who knocked already is let in: the closing of the door resets connections that were not accepted yet.
  for (let turn = 0; turn < 2; turn += 1) await setImmediate();
  const finished = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), shutdownGraceSeconds * 1_000);
  // A keep-alive connection turns idle only after its answer; look again until none is left.
  const sweep = setInterval(() => server.closeIdleConnections(), 100);
  await finished;
  clearTimeout(cut);
  clearInterval(sweep);
  await app.close();
}
