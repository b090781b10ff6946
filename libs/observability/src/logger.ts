import { Writable } from 'node:stream';
import type { LoggerService } from '@nestjs/common';
import pino from 'pino';
import type { Redactor } from './redaction.js';
import { currentRequest } from './request-context.js';

/** The root logger: one line of JSON for each event. */
export type RootLogger = pino.Logger;
export const ROOT_LOGGER = Symbol('root-logger');

/**
 * One JSON object a line, with the request id of the request in whose course it is written, and without secrets.
 * Secrets are removed from the finished line, so that no serialiser, nesting or error message can carry one past.
 */
export function createLogger(
  level: string,
  redactor: Redactor,
  out: NodeJS.WritableStream = process.stdout,
): RootLogger {
  const clean = new Writable({
    decodeStrings: false,
    write: (line: string, _encoding, done) => {
      out.write(redactor.text(line));
      done();
    },
  });
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => {
        const request = currentRequest();
        return request ? { requestId: request.requestId } : {};
      },
    },
    clean,
  );
}

/** The framework's tale of its own start: a hundred lines that matter only to whoever debugs the framework. */
const FRAMEWORK = new Set(['NestFactory', 'NestApplication', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer']);

/** Lets the framework and every `new Logger(Name)` write through the root logger. */
export class NestLogger implements LoggerService {
  constructor(private readonly root: RootLogger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write(FRAMEWORK.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest passes `(message, stack?, context)`; our code passes `(message, error, context)`. */
  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  private write(
    level: 'info' | 'warn' | 'debug' | 'trace' | 'fatal' | 'error',
    message: unknown,
    rest: unknown[],
  ): void {
    const context = typeof rest.at(-1) === 'string' ? (rest.at(-1) as string) : undefined;
    const extra = context === undefined ? rest[0] : rest.length > 1 ? rest[0] : undefined;
    const err = message instanceof Error ? message : extra instanceof Error ? extra : undefined;
    const stack = typeof extra === 'string' ? extra : undefined;
    const text = message instanceof Error ? message.message : typeof message === 'string' ? message : undefined;
    const fields =
      typeof message === 'object' && !(message instanceof Error) ? message : extra !== err ? extra : undefined;
    this.root[level](
      { context, ...(err ? { err } : {}), ...(stack ? { stack } : {}), ...(typeof fields === 'object' ? fields : {}) },
      text ?? '',
    );
  }
}
