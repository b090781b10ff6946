import { Injectable, Logger } from '@nestjs/common';
import { Metrics } from '#libs/observability';

/**
 * Notices what is odd about an answer: tokens that cannot be true, or that another model answered than the one that
 * was asked. A router at the provider may have chosen it, at another price than was agreed; it is only told, since
 * many providers answer under names of their own.
 */
@Injectable()
export class ModelWatch {
  private readonly log = new Logger(ModelWatch.name);
  private readonly mismatches;
  private readonly badUsages;

  constructor(metrics: Metrics) {
    this.mismatches = metrics.counter(
      'upstream_model_mismatch_total',
      'Answers that name another model than the one that was asked.',
      ['provider'],
    );
    this.badUsages = metrics.counter(
      'upstream_bad_usage_total',
      'Answers that report tokens that cannot be true; they were counted here.',
      ['provider'],
    );
  }

  /** @param asked the name that the provider was asked for */
  noteBadUsage(provider: string, asked: string): void {
    this.badUsages.inc({ provider });
    this.log.warn({ provider, asked }, 'A provider reported tokens that cannot be true; they were counted here');
  }

  /**
   * @param asked the name that the provider was asked for
   * @param answered the name in its answer, where there is one
   */
  note(provider: string, asked: string, answered: string | undefined): void {
    if (answered === undefined || answered === '' || answered === asked || isSame(bare(asked), bare(answered))) return;
    this.mismatches.inc({ provider });
    this.log.warn({ provider, asked, answered: answered.slice(0, 200) }, 'Another model answered than was asked');
  }
}

/** A name may say more than another (`gpt-4o`, `gpt-4o-2024-08-06`), and still be that of the same model. */
function isSame(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

/** Without the vendor in front. */
function bare(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).toLowerCase();
}
