import type { Config } from '#libs/config';
import {
  createLogger,
  inBatches,
  type LineSink,
  observabilityConfig,
  Redactor,
  type RootLogger,
} from '#libs/observability';

/** What a process writes with. */
export interface Logging {
  readonly logger: RootLogger;
  readonly redactor: Redactor;
}

/** The log of a process, without the secrets of its configuration; it begins with what the configuration warns of. */
export function startLogging(config: Config, out: LineSink = process.stdout): Logging {
  const redactor = new Redactor();
  redactor.register(config.secrets());
  const logger = createLogger(config.get(observabilityConfig).logLevel, redactor, inBatches(out));
  for (const { variable, rule } of config.warnings) logger.warn({ variable }, `${variable} ${rule}`);
  return { logger, redactor };
}
