// The PostgreSQL of a run: durable, as the product starts its own, in a process that no contestant has to pay for.
import { join } from 'node:path';
import { EmbeddedPostgres } from '#libs/database';

const postgres = await EmbeddedPostgres.start({ dataDir: join(process.argv[2], 'postgres') });
process.send({ url: postgres.url });

let stopping = false;
async function stop() {
  if (stopping) return;
  stopping = true;
  await postgres.stop();
  process.exit();
}
for (const reason of ['SIGTERM', 'SIGINT', 'disconnect']) process.on(reason, () => void stop());
