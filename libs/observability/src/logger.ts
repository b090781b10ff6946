import type { LoggerService } from '@nestjs/common';
import pino from 'pino';
import type { LineSink } from './line.batch.js';
import type { Redactor } from './redaction.js';
import { currentRequest } from './request-context.js';

/** The root logger: one line of JSON for each event. */
export type RootLogger = pino.Logger;
export const ROOT_LOGGER = Symbol('root-logger');

/**
 * One JSON object a line, with the request id of the request in whose course it is written, and without secrets.
 * Secrets are removed from the finished line, so that no serialiser, nesting or error message can carry one past.
 */
export function createLogger(level: string, redactor: Redactor, out: LineSink = process.stdout): RootLogger {
  const clean: LineSink = { write: (line) => out.write(redactor.text(line)) };
  return pino(
    {
      level,
      base: undefined,
      timestamp,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => {
        const request = currentRequest();
        return request ? { requestId: request.requestId } : {};
      },
    },
    clean,
  );
}

let stampedAtMs = 0;
let stamp = '';

/** The moment as RFC 3339 has it; lines of one millisecond share the writing of it. */
function timestamp(): string {
  const now = Date.now();
  if (now !== stampedAtMs) {
    stampedAtMs = now;
    stamp = `,"time":"${new Date(now).toISOString()}"`;
  }
  return stamp;
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

  /** Nest passes `(message, stack?, context)`; our code passes `(message, error, context)` or `(fields, message, context)`. */
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
    const isFields = typeof message === 'object' && !(message instanceof Error);
    const said = isFields ? extra : message instanceof Error ? message.message : message;
    const text = typeof said === 'string' ? said : undefined;
    const stack = !isFields && typeof extra === 'string' ? extra : undefined;
    const fields = isFields ? message : extra !== err ? extra : undefined;
    this.root[level](
      { context, ...(err ? { err } : {}), ...(stack ? { stack } : {}), ...(typeof fields === 'object' ? fields : {}) },
      text ?? '',
    );
  }
}
