/** Says in one sentence why the embedded PostgreSQL cannot serve and what a person can do about it. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

const ELSE_EXTERNAL = 'or set DATABASE_URL to use a PostgreSQL of your own';

/** Turns a failed file operation on `path` into the sentence for it; other errors pass through unchanged. */
export function explainFileError(error: unknown, path: string): unknown {
  switch (errorCode(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new EmbeddedPostgresError(
        `Cannot write to ${path}: give this user write access to it, set DATA_DIR to a writable folder, ${ELSE_EXTERNAL}.`,
        { cause: error },
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return noSpace(path, error);
    case 'ENOTDIR':
    case 'EEXIST':
      return new EmbeddedPostgresError(
        `${path} cannot be a database folder because a file is in its way: move that file, set DATA_DIR to another folder, ${ELSE_EXTERNAL}.`,
        { cause: error },
      );
    default:
      return error;
  }
}

/** The sentence for a PostgreSQL tool that failed, judged by what it printed. */
export function explainOutput(output: string, dataDir: string, logFile: string): EmbeddedPostgresError {
  if (/No space left on device|Disk quota exceeded/.test(output)) return noSpace(dataDir);
  if (/could not look up effective user ID/.test(output)) {
    return new EmbeddedPostgresError(
      `PostgreSQL needs a named user and this user id has no entry in /etc/passwd: run as a named user ${ELSE_EXTERNAL}.`,
    );
  }
  if (/is still in use|lock file ".*" already exists/.test(output)) {
    return new EmbeddedPostgresError(
      `Another PostgreSQL is using ${dataDir}: stop it, set DATA_DIR to another folder, ${ELSE_EXTERNAL}.`,
    );
  }
  if (/could not (map|resize|create) .*shared memory|out of memory|Cannot allocate memory/i.test(output)) {
    return new EmbeddedPostgresError(
      `PostgreSQL could not get its shared memory (${lastComplaint(output)}): give this machine or container more memory, ${ELSE_EXTERNAL}.`,
    );
  }
  if (/cannot execute|not found|No such file or directory.*ld-|error while loading shared libraries/.test(output)) {
    return new EmbeddedPostgresError(
      `The PostgreSQL that comes from npm cannot run on this system (${lastComplaint(output)}); it needs glibc: set DATABASE_URL to use a PostgreSQL of your own.`,
    );
  }
  return new EmbeddedPostgresError(
    `PostgreSQL cannot open ${dataDir} (${lastComplaint(output)}); nothing was changed: restore that folder from a backup, ` +
      `or move it away to start with an empty database (details in ${logFile}).`,
  );
}

export function unsupportedPlatform(platform: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `No embedded PostgreSQL for ${platform}: set DATABASE_URL to a PostgreSQL server (version 15 or newer).`,
  );
}

/** The code of a Node.js error; judged by shape, since an error may come from another realm. */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

function noSpace(path: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `No space left on the disk that holds ${path}: free some space and start again; nothing was lost.`,
    { cause },
  );
}

/** The most telling line that PostgreSQL printed: the last one of its gravest severity. */
function lastComplaint(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const telling =
    lines.findLast((line) => /(PANIC|FATAL):/.test(line)) ?? lines.findLast((line) => /error:|ERROR:/.test(line));
  const line = telling ?? lines.at(-1) ?? 'it printed nothing';
  return line.replace(/^.*?(PANIC|FATAL|ERROR|error):\s*/, '').trim();
}
