import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, link, mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { canReach, type Account } from './account.js';
import { POSTGRES_MAJOR, type Binaries } from './binaries.js';
import { EmbeddedPostgresError, errorCode, explainFileError, explainOutput } from './embedded-postgres.errors.js';
import { runTool } from './tool.js';

/** Who owns the cluster and has no password: nobody signs in as it. */
const SUPERUSER = 'postgres';
/** Who owns the database, and no more than that. */
export const ROLE = 'sluice';
export const DATABASE = 'sluice';

/** A database folder with everything that is needed to run a server on it. */
export interface Cluster {
  readonly dataDir: string;
  /** How PostgreSQL itself names the folder; see {@link reachableName}. */
  readonly serverDataDir: string;
  readonly logFile: string;
  readonly password: string;
  /** Marks our processes in the process table; differs for each folder. */
  readonly name: string;
  readonly binaries: Binaries;
  readonly account: Account | undefined;
}

export interface ClusterOptions {
  readonly dataDir: string;
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  readonly throwaway: boolean;
  readonly onProgress: (line: string) => void;
}

/** Opens the database folder, or makes a new one where there is none. Existing data is never touched. */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const dataDir = resolve(options.dataDir);
  const passwordFile = `${dataDir}.password`;
  const logFile = `${dataDir}.log`;
  try {
    await mkdir(dirname(dataDir), { recursive: true });
    const existing = await inspect(dataDir, options.account);
    if (existing === 'absent') {
      const password = await obtainPassword(passwordFile);
      options.onProgress(`Creating the database folder ${options.dataDir}`);
      await createCluster({ ...options, dataDir }, password, logFile);
    }
    const known = await readPassword(passwordFile);
    const cluster: Cluster = {
      dataDir,
      serverDataDir: await reachableName(dataDir, options.account),
      logFile,
      password: known ?? (await obtainPassword(passwordFile)),
      name: `sluice-${createHash('sha256')
        .update(await realpath(dataDir))
        .digest('hex')
        .slice(0, 12)}`,
      binaries: options.binaries,
      account: options.account,
    };
    if (known === undefined) await resetPassword(cluster);
    return cluster;
  } catch (error) {
    throw explainFileError(error, dirname(dataDir));
  }
}

async function inspect(dataDir: string, account: Account | undefined): Promise<'absent' | 'present'> {
  const folder = await stat(dataDir).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (folder === undefined) return 'absent';
  if (!folder.isDirectory())
    throw explainFileError(Object.assign(new Error('not a folder'), { code: 'ENOTDIR' }), dataDir);
  const uid = account?.uid ?? process.getuid?.();
  const entries = await readdir(dataDir).catch((error: unknown) => {
    if (errorCode(error) === 'EACCES') throw foreignFolder(dataDir, folder.uid);
    throw error;
  });
  if (entries.length === 0) return 'absent';
  if (folder.uid !== uid) throw foreignFolder(dataDir, folder.uid);
  const version = await readFile(join(dataDir, 'PG_VERSION'), 'utf8').catch(() => '');
  if (!/^\d+\s*$/.test(version)) {
    throw new EmbeddedPostgresError(
      `${dataDir} is damaged or no PostgreSQL data folder (PG_VERSION is missing or unreadable); nothing was changed: ` +
        'restore that folder from a backup, or move it away to start with an empty database.',
    );
  }
  if (version.trim() !== POSTGRES_MAJOR) {
    throw new EmbeddedPostgresError(
      `${dataDir} was written by PostgreSQL ${version.trim()} and this Sluice brings ${POSTGRES_MAJOR}; nothing was changed: ` +
        `set DATABASE_URL to a PostgreSQL ${version.trim()} that serves that folder, or move the folder away and load a dump of it.`,
    );
  }
  // A copy or a restore often loosens the mode, which PostgreSQL refuses.
  if ((folder.mode & 0o027) !== 0) await chmod(dataDir, 0o700);
  return 'present';
}

function foreignFolder(dataDir: string, uid: number): EmbeddedPostgresError {
  const advice =
    uid === 0 ? `give it to another user (chown -R postgres ${dataDir})` : `start Sluice as that user or as root`;
  return new EmbeddedPostgresError(
    `${dataDir} belongs to the user with id ${uid}, which PostgreSQL cannot run as here: ${advice}, or set DATA_DIR to another folder.`,
  );
}

/**
 * Builds the cluster in a side folder and renames it when it is complete, so an interruption never leaves half
 * a cluster. When two processes do this at once the first rename wins and the other one uses its result.
 */
async function createCluster(options: ClusterOptions, password: string, logFile: string): Promise<void> {
  const { dataDir, binaries, account } = options;
  await sweepDrafts(dataDir);
  const draft = `${dataDir}.init-${process.pid}-${randomBytes(3).toString('hex')}`;
  try {
    await mkdir(draft, { mode: 0o700 });
    if (account) await chown(draft, account.uid, account.gid);
    const target = await reachableName(draft, account);
    const initdb = await runTool({
      file: binaries.initdb,
      // Network access is refused until the line below opens it for one role by password.
      args: ['-D', target, '-U', SUPERUSER, '--auth=reject', '-E', 'UTF8', '--locale=C', '--locale-provider=builtin']
        .concat(['--builtin-locale=C.UTF-8', '--no-instructions'])
        .concat(options.throwaway ? ['--no-sync', '--wal-segsize=1'] : []),
      cwd: draft,
      account,
    });
    if (!initdb.ok) throw explainOutput(initdb.output, dataDir, logFile);
    await writeFile(join(draft, 'pg_hba.conf'), `host all ${ROLE} 127.0.0.1/32 scram-sha-256\n`);
    const statements = [
      // Tests make a database each.
      `CREATE ROLE ${ROLE} LOGIN NOSUPERUSER${options.throwaway ? ' CREATEDB' : ''}`,
      setPassword(password),
      `CREATE DATABASE ${DATABASE} OWNER ${ROLE}`,
    ];
    await runStatements({ binaries, account, dataDir: draft, serverDataDir: target }, statements, dataDir, logFile);
    await rename(draft, dataDir);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    const code = errorCode(error);
    if (code === 'ENOTEMPTY' || (code === 'EEXIST' && (await stat(join(dataDir, 'PG_VERSION')).catch(() => undefined))))
      return;
    if (code === 'EBUSY' || code === 'EXDEV') {
      throw new EmbeddedPostgresError(`${dataDir} is a mount point: mount the volume at ${dirname(dataDir)} instead.`);
    }
    throw error;
  }
}

/** Drafts of processes that are gone; they are named for their process and have never held data. */
async function sweepDrafts(dataDir: string): Promise<void> {
  const prefix = `${basename(dataDir)}.init-`;
  for (const entry of await readdir(dirname(dataDir))) {
    if (!entry.startsWith(prefix)) continue;
    const pid = Number(entry.slice(prefix.length).split('-')[0]);
    if (Number.isInteger(pid) && pid > 0 && !exists(pid)) {
      await rm(join(dirname(dataDir), entry), { recursive: true, force: true });
    }
  }
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/**
 * Below a folder that the account cannot enter, PostgreSQL is started inside its data folder and finds it through
 * the link of its own working directory, which needs no permission on the folders above.
 */
async function reachableName(dataDir: string, account: Account | undefined): Promise<string> {
  if (!account || (await canReach(dataDir, account))) return dataDir;
  if (process.platform === 'linux') return '/proc/self/cwd';
  throw new EmbeddedPostgresError(
    `PostgreSQL must not run as root and its user cannot enter ${dirname(dataDir)}: set DATA_DIR to a folder that it can enter.`,
  );
}

async function readPassword(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  });
  return text.trim() || undefined;
}

/** Writes a new password, or returns the one that another process wrote in the meantime. */
async function obtainPassword(file: string): Promise<string> {
  const draft = `${file}.${process.pid}-${randomBytes(3).toString('hex')}`;
  await writeFile(draft, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  try {
    await link(draft, file);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const password = await readPassword(file);
  if (password === undefined)
    throw new EmbeddedPostgresError(`${file} is empty: remove it and start again to make a new password.`);
  return password;
}

function setPassword(password: string): string {
  return `ALTER ROLE ${ROLE} PASSWORD '${password}'`;
}

async function resetPassword(cluster: Cluster): Promise<void> {
  await runStatements(cluster, [setPassword(cluster.password)], cluster.dataDir, cluster.logFile);
}

/** Runs statements without a server, one per line, in PostgreSQL's single-user mode. */
async function runStatements(
  place: Pick<Cluster, 'binaries' | 'account' | 'dataDir' | 'serverDataDir'>,
  statements: readonly string[],
  dataDir: string,
  logFile: string,
): Promise<void> {
  const { ok, output } = await runTool({
    file: place.binaries.postgres,
    args: ['--single', '-D', place.serverDataDir, '-c', 'exit_on_error=on', '-c', 'log_statement=none', 'postgres'],
    cwd: place.dataDir,
    account: place.account,
    input: statements.map((statement) => `${statement}\n`).join(''),
  });
  if (!ok || /(ERROR|FATAL|PANIC):/.test(output)) throw explainOutput(output, dataDir, logFile);
}
