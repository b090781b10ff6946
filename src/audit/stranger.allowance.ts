import { Injectable } from '@nestjs/common';
import { RateCounters } from '#libs/cache';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { currentRequest } from '#libs/observability';
import { auditConfig } from './audit.config.js';

const MINUTE_MS = 60_000;

/** How many rows a minute a network may add to the log by what it needs no valid credential for. */
@Injectable()
export class StrangerAllowance {
  constructor(
    private readonly counters: RateCounters,
    @InjectConfig(auditConfig) private readonly config: ConfigOf<typeof auditConfig>,
  ) {}

  /** Whether the network that sent the present request may add one more. */
  async take(): Promise<boolean> {
    const { count } = await this.counters.hit('audit-refusal', [currentRequest()?.network ?? ''], MINUTE_MS);
    return count <= this.config.refusalsPerMinute;
  }
}
