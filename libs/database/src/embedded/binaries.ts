import { cp, chmod, lstat, mkdtemp, readFile, readlink, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { canReach, type Account } from './account.js';
import { EmbeddedPostgresError, errorCode, unsupportedPlatform } from './embedded-postgres.errors.js';

/** Paths of the executables; `root` also holds their `lib` and `share`. */
export interface Binaries {
  readonly root: string;
  readonly initdb: string;
  readonly postgres: string;
}

/** The major version that the pinned packages carry. A data folder of another one cannot be opened. */
export const POSTGRES_MAJOR = '18';

/** Finds PostgreSQL in node_modules and makes sure that it can run, and that `account` can reach it. */
export async function locateBinaries(account: Account | undefined): Promise<Binaries> {
  const root = await findPackage();
  await hydrateLinks(root);
  if (account && !(await canReach(join(root, 'bin', 'postgres'), account))) {
    return binariesIn(await copyToReadablePlace(root));
  }
  return binariesIn(root);
}

function binariesIn(root: string): Binaries {
  return { root, initdb: join(root, 'bin', 'initdb'), postgres: join(root, 'bin', 'postgres') };
}

async function findPackage(): Promise<string> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  // The supervisor relies on POSIX signals, accounts and /bin/sh.
  if (process.platform === 'win32') throw unsupportedPlatform(platform);
  try {
    const module: unknown = await import(`@embedded-postgres/${platform}`);
    if (isBinaryModule(module)) return dirname(dirname(module.postgres));
  } catch (error) {
    if (!/MODULE_NOT_FOUND/.test(errorCode(error) ?? '')) throw error;
  }
  throw unsupportedPlatform(platform);
}

function isBinaryModule(module: unknown): module is { postgres: string } {
  return typeof module === 'object' && module !== null && 'postgres' in module && typeof module.postgres === 'string';
}

/** npm cannot pack symbolic links; the package recreates them in an install script, which may be switched off. */
async function hydrateLinks(root: string): Promise<void> {
  const parsed: unknown = JSON.parse(await readFile(join(root, 'pg-symlinks.json'), 'utf8'));
  const links = Array.isArray(parsed) ? parsed.filter(isLink) : [];
  for (const { source, target } of links) {
    const link = join(dirname(root), target);
    const to = relative(dirname(link), join(dirname(root), source));
    if ((await lstat(link).catch(() => undefined)) !== undefined) continue;
    try {
      await symlink(to, link);
    } catch (error) {
      const raced = errorCode(error) === 'EEXIST' && (await readlink(link)) === to;
      if (raced) continue;
      throw new EmbeddedPostgresError(
        `PostgreSQL in ${root} lacks its library links and they cannot be made: run npm rebuild as the owner of that folder.`,
        { cause: error },
      );
    }
  }
}

function isLink(value: unknown): value is { source: string; target: string } {
  return typeof value === 'object' && value !== null && 'source' in value && 'target' in value;
}

/**
 * A project below a private folder such as /root is out of reach for the account that PostgreSQL runs under.
 * The copy is named for the package version and only trusted when it is root's and nobody else can write to it.
 */
async function copyToReadablePlace(root: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(dirname(root), 'package.json'), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown';
  let failure: unknown;
  for (const place of ['/var/cache', tmpdir()]) {
    const target = join(place, `sluice-postgres-${version}`);
    if (await isTrusted(target)) return target;
    try {
      const draft = await mkdtemp(`${target}-`);
      await cp(root, draft, { recursive: true, verbatimSymlinks: true });
      await chmod(draft, 0o755);
      await rename(draft, target).catch(async (error: unknown) => {
        await rm(draft, { recursive: true, force: true });
        if (!(await isTrusted(target))) throw error;
      });
      return target;
    } catch (error) {
      failure = error;
    }
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL must not run as root and its program in ${root} is in a folder that other users cannot read: move the project, or set DATABASE_URL.`,
    { cause: failure },
  );
}

async function isTrusted(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found !== undefined && found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0;
}
