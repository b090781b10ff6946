import { Injectable, Logger } from '@nestjs/common';
import { type Refusal, RefusalObserver } from '#libs/access';
import { Metrics } from '#libs/observability';
import { AuditRecorder } from './audit.recorder.js';
import { StrangerAllowance } from './stranger.allowance.js';

/**
 * Records who was turned away from the control plane. Callers without any credential are only counted, and
 * each network gets so many rows a minute: a stranger must not be able to fill the log.
 */
@Injectable()
export class RefusalRecorder extends RefusalObserver {
  private readonly log = new Logger(RefusalRecorder.name);
  private readonly refusals;

  constructor(
    private readonly recorder: AuditRecorder,
    private readonly allowance: StrangerAllowance,
    metrics: Metrics,
  ) {
    super();
    this.refusals = metrics.counter('access_refusals_total', 'Requests to the control plane that were turned away.', [
      'code',
      'recorded',
    ]);
  }

  async refused(refusal: Refusal): Promise<void> {
    const recorded = refusal.credentialGiven && (await this.allowance.take()) && (await this.record(refusal));
    this.refusals.inc({ code: refusal.error.code, recorded: String(recorded) });
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
