import { Injectable, Logger } from '@nestjs/common';
import { Metrics } from '#libs/observability';

/**
 * Notices when another model answered than the one that was asked: a router at the provider may have chosen it, at
 * another price than was agreed. It is only told, since many providers answer under names of their own.
 */
@Injectable()
export class ModelWatch {
  private readonly log = new Logger(ModelWatch.name);
  private readonly mismatches;

  constructor(metrics: Metrics) {
    this.mismatches = metrics.counter(
      'upstream_model_mismatch_total',
      'Answers that name another model than the one that was asked.',
      ['provider'],
    );
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
