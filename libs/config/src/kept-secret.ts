import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RuleError, type Variable } from './variable.js';

/**
 * A secret of our own that is made once and then kept in DATA_DIR, readable by its owner alone.
 *
 * @throws RuleError saying what to do with the file
 */
export function keptSecret<T>(dataDir: string, variable: Variable<T>): T {
  const directory = join(dataDir, 'secrets');
  const file = join(directory, variable.env.toLowerCase().replaceAll('_', '-'));
  if (!existsSync(file)) make(directory, file);
  const text = read(file);
  try {
    return variable.parse(text);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    throw new RuleError(
      `${error.message}; it is not set and was read from ${file}: restore that file, or set the variable`,
    );
  }
}

function make(directory: string, file: string): void {
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(draft, randomBytes(48).toString('base64url'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw unkept(directory, error);
  }
  try {
    // A link appears whole or not at all: two processes that start together agree on one secret.
    linkSync(draft, file);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw unkept(directory, error);
  } finally {
    rmSync(draft, { force: true });
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new RuleError(`is not set and cannot be read from ${file}: make the file readable, or set the variable`);
  }
}

function unkept(directory: string, error: unknown): RuleError {
  const isInTheWay = ['EEXIST', 'ENOTDIR'].includes(codeOf(error));
  const advice = isInTheWay ? 'a file is in the way, move it' : 'make the folder writable';
  return new RuleError(`is not set and cannot be kept in ${directory}: ${advice} or set DATA_DIR`);
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code);
}
