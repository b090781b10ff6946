import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { RuntimeSettings, type Setting } from '#libs/settings';
import { BrandingSet } from './events/settings.events.js';

/** How an installation presents itself. */
export interface Branding {
  /** Null: by the name of the product. */
  readonly title: string | null;
}

/** Keeps how the installation presents itself. */
@Injectable()
export class BrandingService {
  private readonly branding: Setting<Branding>;

  constructor(
    settings: RuntimeSettings,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {
    this.branding = settings.declare<Branding>('branding', { title: null });
  }

  get(): Promise<Branding> {
    return this.branding.get();
  }

  /** What is left out stays. */
  set(actor: Principal, wish: Partial<Branding>): Promise<Branding> {
    return this.work.run(async () => {
      const before = await this.branding.lock();
      const after: Branding = { title: wish.title === undefined ? before.title : wish.title };
      if (after.title === before.title) return before;
      await this.branding.save(after);
      await this.events.publish(new BrandingSet(actor, before, after));
      return after;
    });
  }
}
