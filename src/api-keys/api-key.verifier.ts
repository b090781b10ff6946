import { Injectable } from '@nestjs/common';
import QuickLRU from 'quick-lru';
import type { ApiKeyPrincipal } from '#libs/access';
import { ReadThroughCache } from '#libs/cache';
import { sha256Base64 } from '#libs/crypto';
import { isConnectionLoss } from '#libs/database';
import { ChangeFeed, OnEvent } from '#libs/events';
import { Clock } from '#libs/kernel';
import { Metrics } from '#libs/observability';
import { TeamChanged } from '../teams/events/team.events.js';
import { UserBanned, UserLimitsChanged, UserUnbanned, UserUpdated } from '../users/events/user.events.js';
import { ApiKeyChanged } from './events/api-key.events.js';
import { API_KEY_FORMAT } from './api-key.format.js';
import { ApiKeySecrets } from './api-key.secrets.js';
import type { FoundApiKey } from './api-key-lookup.repository.js';
import { principalOf } from './api-key.principal.js';
import { refusalOf } from './api-keys.policy.js';
import { Availability, DatabaseAway } from './availability.js';

const REFUSALS = [
  'malformed',
  'unknown',
  'revoked',
  'expired',
  'owner_inactive',
  'owner_banned',
  'team_left',
  'unavailable',
] as const;

/** What a credential is. `unavailable` says nothing about it: the database is away. */
export type Verification =
  | { readonly outcome: 'accepted'; readonly principal: ApiKeyPrincipal }
  | { readonly outcome: 'owner_banned'; readonly until: Date }
  | { readonly outcome: Exclude<(typeof REFUSALS)[number], 'owner_banned'> };

interface KnownKey {
  readonly facts: FoundApiKey;
  readonly principal: ApiKeyPrincipal;
}

/** The longest that a change goes unnoticed where even the feed of changes fails. */
const FRESH_MS = 2_000;
/** The longest that a key is believed in while the database is away. */
const KEPT_MS = 60_000;
const MOST_KEYS = 50_000;
/** Kept apart, so that a flood of invented keys cannot push real ones out. */
const MOST_UNKNOWN = 10_000;

/** Tells what a credential is worth: checksum, then memory, then the database. */
@Injectable()
export class ApiKeyVerifier {
  private readonly known = new ReadThroughCache((address) => this.find(address), {
    freshMs: FRESH_MS,
    keptMs: KEPT_MS,
    max: MOST_KEYS,
    labelsOf,
  });
  private readonly unknown = new QuickLRU<string, true>({ maxSize: MOST_UNKNOWN, maxAge: FRESH_MS });
  private readonly database = new Availability();
  private readonly count;

  constructor(
    private readonly secrets: ApiKeySecrets,
    private readonly clock: Clock,
    changes: ChangeFeed,
    metrics: Metrics,
  ) {
    // Memory is addressed by what a call can work out at once, which is not what is stored.
    changes.on('api_keys', (id) => this.known.evictLabelled(`key ${id}`));
    changes.on('api_key_models', (id) => this.known.evictLabelled(`key ${id}`));
    changes.on('users', (id) => this.known.evictLabelled(`user ${id}`));
    changes.on('team_members', (id) => this.known.evictLabelled(`user ${id}`));
    changes.on('teams', (id) => this.known.evictLabelled(`team ${id}`));
    changes.onGap(() => this.known.clear());
    const counter = metrics.counter('api_key_verifications_total', 'Verified API keys.', ['outcome']);
    this.count = new Map(['accepted', ...REFUSALS].map((outcome) => [outcome, counter.labels(outcome)] as const));
  }

  /** At once when memory knows; a promise when the database is asked. */
  verify(credential: string): Verification | Promise<Verification> {
    if (!API_KEY_FORMAT.isWellFormed(credential)) return this.counted({ outcome: 'malformed' });
    // The database and memory see a hash only, so how long a comparison takes says nothing about a key.
    const address = sha256Base64(credential);
    if (this.unknown.has(address)) return this.counted({ outcome: 'unknown' });
    const key = this.known.get(address);
    if (!(key instanceof Promise)) return this.counted(this.judge(key));
    return key.then(
      (late) => this.counted(this.judge(late)),
      (error: unknown) => this.counted(unavailable(error)),
    );
  }

  /** The next call of this key asks the database. */
  @OnEvent(ApiKeyChanged, 'after-commit')
  forget({ key }: ApiKeyChanged): void {
    this.known.evictLabelled(`key ${key.id}`);
  }

  /** A person who was shut out must not call on with a key that memory knows. */
  @OnEvent(UserUpdated, 'after-commit')
  forgetOwner({ before, user }: UserUpdated): void {
    if (before.status !== user.status) this.known.evictLabelled(`user ${user.id}`);
  }

  @OnEvent(UserBanned, 'after-commit')
  @OnEvent(UserUnbanned, 'after-commit')
  forgetBanned({ userId }: UserBanned | UserUnbanned): void {
    this.known.evictLabelled(`user ${userId}`);
  }

  @OnEvent(UserLimitsChanged, 'after-commit')
  forgetLimitsOfOwner({ userId }: UserLimitsChanged): void {
    this.known.evictLabelled(`user ${userId}`);
  }

  @OnEvent(TeamChanged, 'after-commit')
  forgetTeam({ team }: TeamChanged): void {
    this.known.evictLabelled(`team ${team.id}`);
  }

  private async find(address: string): Promise<KnownKey | undefined> {
    const digest = Buffer.from(address, 'base64');
    const facts = await this.database.ask(() => this.secrets.find(digest));
    if (facts) return { facts, principal: principalOf(facts) };
    this.unknown.set(address, true);
    return undefined;
  }

  private judge(key: KnownKey | undefined): Verification {
    if (!key) return { outcome: 'unknown' };
    const refusal = refusalOf(key.facts, this.clock.date());
    if (refusal === 'owner_banned') return { outcome: refusal, until: key.facts.ownerBannedUntil ?? new Date(0) };
    if (refusal) return { outcome: refusal };
    return { outcome: 'accepted', principal: key.principal };
  }

  private counted(verification: Verification): Verification {
    this.count.get(verification.outcome)?.inc();
    return verification;
  }
}

function labelsOf({ facts: { id, userId, teamId } }: KnownKey): string[] {
  return [`key ${id}`, `user ${userId}`, ...(teamId === null ? [] : [`team ${teamId}`])];
}

function unavailable(error: unknown): Verification {
  if (error instanceof DatabaseAway || isConnectionLoss(error)) return { outcome: 'unavailable' };
  throw error;
}
