import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { personOf, type Principal, type UserPrincipal } from '#libs/access';
import type { Pico } from '#libs/kernel';

/** How much of everything is a person's. Each part is known to the feature that owns the rows. */
export interface UserStats {
  readonly apiKeys: { readonly total: number; readonly active: number };
  readonly subscriptions: { readonly total: number; readonly active: number; readonly pending: number };
  readonly teams: { readonly total: number };
  /** Of the calendar month that runs, in UTC. */
  readonly usage: {
    readonly since: Date;
    readonly requests: number;
    readonly failedRequests: number;
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly cost: Pico;
  };
}

type Part = keyof UserStats;
type Count<P extends Part> = (person: UserPrincipal) => Promise<UserStats[P]>;

const PARTS: readonly Part[] = ['apiKeys', 'subscriptions', 'teams', 'usage'];

/** Asks the features that people's things belong to how many there are, without knowing them. */
@Injectable()
export class UserStatistics implements OnApplicationBootstrap {
  private readonly counts: { -readonly [P in Part]?: Count<P> } = {};

  /** Says, once, at start-up, how a part is counted. */
  contribute<P extends Part>(part: P, count: Count<P>): void {
    if (this.counts[part]) throw new Error(`The statistics "${part}" have two sources.`);
    Object.assign(this.counts, { [part]: count });
  }

  /** @throws Error naming what nobody counts */
  onApplicationBootstrap(): void {
    for (const part of PARTS) this.countOf(part);
  }

  async of(actor: Principal): Promise<UserStats> {
    const person = personOf(actor);
    const [apiKeys, subscriptions, teams, usage] = await Promise.all([
      this.countOf('apiKeys')(person),
      this.countOf('subscriptions')(person),
      this.countOf('teams')(person),
      this.countOf('usage')(person),
    ]);
    return { apiKeys, subscriptions, teams, usage };
  }

  private countOf<P extends Part>(part: P): Count<P> {
    const count = this.counts[part];
    if (!count) throw new Error(`The statistics "${part}" have no source.`);
    return count;
  }
}
