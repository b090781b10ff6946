import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type ComponentHealth, Health } from '#libs/observability';
import { UpstreamPool } from '../providers/upstream.pool.js';

/** Says in the state of the process whose models could not be listed: nobody can call what is not in the catalogue. */
@Injectable()
export class CatalogueHealth implements OnModuleInit {
  constructor(
    private readonly upstreams: UpstreamPool,
    private readonly health: Health,
  ) {}

  onModuleInit(): void {
    this.health.register({ name: 'catalogue', critical: false, check: () => this.check() });
  }

  private async check(): Promise<ComponentHealth> {
    const failed = (await this.upstreams.states()).filter(({ enabled, lastSyncError }) => enabled && lastSyncError);
    if (failed.length === 0) return { status: 'ok' };
    // What the provider said is for administrators.
    return {
      status: 'degraded',
      detail: `the models of ${failed.map(({ slug }) => slug).join(', ')} cannot be listed`,
    };
  }
}
