import { Injectable, Logger } from '@nestjs/common';
import { type Refusal, RefusalObserver } from '#libs/access';
import { RateCounters } from '#libs/cache';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { sha256 } from '#libs/crypto';
import { currentRequest, Metrics } from '#libs/observability';
import { auditConfig } from './audit.config.js';
import { AuditRecorder } from './audit.recorder.js';

const MINUTE_MS = 60_000;

/**
 * Records who was turned away from the control plane. Callers without any credential are only counted, and
 * each address gets so many rows a minute: a stranger must not be able to fill the log.
 */
@Injectable()
export class RefusalRecorder extends RefusalObserver {
  private readonly log = new Logger(RefusalRecorder.name);
  private readonly refusals;

  constructor(
    private readonly recorder: AuditRecorder,
    private readonly counters: RateCounters,
    @InjectConfig(auditConfig) private readonly config: ConfigOf<typeof auditConfig>,
    metrics: Metrics,
  ) {
    super();
    this.refusals = metrics.counter('access_refusals_total', 'Requests to the control plane that were turned away.', [
      'code',
      'recorded',
    ]);
  }

  async refused(refusal: Refusal): Promise<void> {
    const recorded = (await this.deservesRow(refusal)) && (await this.record(refusal));
    this.refusals.inc({ code: refusal.error.code, recorded: String(recorded) });
  }

  private async deservesRow({ credentialGiven }: Refusal): Promise<boolean> {
    if (!credentialGiven) return false;
    // Counters may live in Redis: addresses do not go there.
    const key = sha256(JSON.stringify(['refusal', currentRequest()?.ip])).toString('base64url');
    const { count } = await this.counters.hit(key, MINUTE_MS);
    return count <= this.config.refusalsPerMinute;
  }

  /** A log that cannot be written does not turn a refusal into a failure: the caller stays outside either way. */
  private async record({ principal, error, method, route }: Refusal): Promise<boolean> {
    try {
      await this.recorder.record(principal, {
        action: 'ACCESS_REFUSED',
        resourceType: 'route',
        resourceId: `${method} ${route}`,
        success: false,
        errorCode: error.code,
      });
      return true;
    } catch (failure) {
      this.log.error('A refusal could not be recorded', failure);
      return false;
    }
  }
}
