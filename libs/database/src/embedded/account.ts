import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.errors.js';

/** An operating-system account that PostgreSQL runs under. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * PostgreSQL refuses to run as root. A root process therefore hands it to the account that already owns
 * the data folder, else to `postgres`, else to `nobody`. `undefined` means: run as ourselves.
 */
export async function chooseAccount(dataDir: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(dataDir).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const accounts = await readAccounts();
  const account = accounts.get('postgres') ?? accounts.get('nobody');
  if (account) return account;
  throw new EmbeddedPostgresError(
    'PostgreSQL refuses to run as root and this machine has neither a user postgres nor nobody: start Sluice as another user, or set DATABASE_URL.',
  );
}

/** Whether the account may pass through every folder above `path` and into it (access lists are not judged). */
export async function canReach(path: string, account: Account): Promise<boolean> {
  let current = resolve(path);
  for (;;) {
    const { uid, gid, mode } = await stat(current);
    const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
    if (((mode >> shift) & 0o1) === 0) return false;
    const parent = dirname(current);
    if (parent === current) return true;
    current = parent;
  }
}

async function readAccounts(): Promise<Map<string, Account>> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const rows = text.split('\n').map((line) => line.split(':'));
  return new Map(
    rows.flatMap(([name, , uid, gid]): [string, Account][] =>
      name && Number(uid) > 0 ? [[name, { uid: Number(uid), gid: Number(gid) }]] : [],
    ),
  );
}
