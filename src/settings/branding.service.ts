import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { ReadThroughCache } from '#libs/cache';
import { UnitOfWork } from '#libs/database';
import { ChangeFeed, EventBus } from '#libs/events';
import { BrandingSet } from './events/settings.events.js';
import { SettingsRepository } from './settings.repository.js';

/** How an installation presents itself. */
export interface Branding {
  /** Null: by the name of the product. */
  readonly title: string | null;
}

const KEY = 'branding';
const UNSET: Branding = { title: null };

/** Keeps how the installation presents itself; what is set on one replica holds on all as soon as they are told. */
@Injectable()
export class BrandingService {
  private readonly known = new ReadThroughCache(
    async (key): Promise<Branding> => ({ ...UNSET, ...(await this.settings.find(key)) }),
    { freshMs: 60_000, keptMs: 15 * 60_000, max: 1 },
  );

  constructor(
    private readonly settings: SettingsRepository,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    changes: ChangeFeed,
  ) {
    changes.on('settings', (key) => this.known.evict(key));
    changes.onGap(() => this.known.clear());
  }

  async get(): Promise<Branding> {
    return (await this.known.get(KEY)) ?? UNSET;
  }

  /** What is left out stays. */
  set(actor: Principal, wish: Partial<Branding>): Promise<Branding> {
    return this.work.run(async () => {
      const before: Branding = { ...UNSET, ...(await this.settings.lock(KEY)) };
      const after: Branding = { title: wish.title === undefined ? before.title : wish.title };
      if (after.title === before.title) return before;
      await this.settings.save(KEY, after);
      await this.events.publish(new BrandingSet(actor, before, after));
      // The other replicas are told by the database; here the next answer must not be earlier than that.
      this.work.afterCommit(() => this.known.evict(KEY));
      return after;
    });
  }
}
