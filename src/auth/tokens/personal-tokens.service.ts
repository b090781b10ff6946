import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { Clock, newId, type Page } from '#libs/kernel';
import { type ActingPerson, TokenOwners } from './token.owners.js';
import { PersonalTokenEnded, PersonalTokenIssued } from './events/personal-token.events.js';
import type { PersonalTokenEntity } from './personal-token.entity.js';
import { PersonalTokenSecrets } from './personal-token.secrets.js';
import { personalTokenErrors } from './personal-tokens.errors.js';
import { PersonalTokensRepository } from './personal-tokens.repository.js';

const DAY_MS = 86_400_000;
const USUAL_LIFE_MS = 90 * DAY_MS;
const LONGEST_LIFE_MS = 366 * DAY_MS;
const MOST_TOKENS = 50;

/** Whose token it will be, and how they proved who they are. */
export interface TokenOwner extends ActingPerson {
  readonly methods: readonly string[];
}

export interface TokenWish {
  readonly name: string;
  readonly expiresAt?: string | undefined;
}

/** A token with its value, which is nowhere else. */
export interface IssuedPersonalToken extends PersonalTokenEntity {
  readonly token: string;
  readonly tokenType: 'Bearer';
}

/** Issues and ends the tokens that people give to their command line. */
@Injectable()
export class PersonalTokensService {
  constructor(
    private readonly tokens: PersonalTokensRepository,
    private readonly secrets: PersonalTokenSecrets,
    private readonly owners: TokenOwners,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError as {@link issue} */
  create(actor: Principal, wish: TokenWish): Promise<IssuedPersonalToken> {
    return this.issue(actor, personOf(actor), wish, 'session');
  }

  /**
   * For somebody who has just proved who they are.
   *
   * @throws DomainError personal_token_expiry_invalid, personal_tokens_too_many, unauthorized for whoever was shut out
   * meanwhile
   */
  async issue(
    actor: Principal,
    owner: TokenOwner,
    { name, expiresAt }: TokenWish,
    way: PersonalTokenIssued['way'],
  ): Promise<IssuedPersonalToken> {
    const { userId, methods } = owner;
    const now = this.clock.date();
    const end = this.endOf(expiresAt, now);
    const { value, display, hash } = this.secrets.issue();
    const row = {
      id: newId(),
      userId,
      name,
      prefix: display,
      tokenHash: hash,
      methods: [...methods],
      createdAt: now,
      expiresAt: end,
      lastUsedAt: null,
      endedAt: null,
    };
    return this.work.run(async () => {
      await this.owners.hold(owner);
      if ((await this.tokens.countActive(userId, now)) >= MOST_TOKENS) {
        throw personalTokenErrors.personal_tokens_too_many();
      }
      await this.tokens.insert(row);
      await this.events.publish(new PersonalTokenIssued(actor, row, way));
      return { ...row, token: value, tokenType: 'Bearer' as const };
    });
  }

  list(actor: Principal, question: { page: number; limit: number }): Promise<Page<PersonalTokenEntity>> {
    return this.tokens.list(personOf(actor).userId, this.clock.date(), question);
  }

  /** Ends one of the actor's own tokens, at once. @throws DomainError personal_token_not_found */
  async end(actor: Principal, id: string): Promise<PersonalTokenEntity> {
    const { userId } = personOf(actor);
    return this.work.run(async () => {
      const ended = await this.tokens.end(id, userId, this.clock.date());
      if (!ended) throw personalTokenErrors.personal_token_not_found();
      await this.events.publish(new PersonalTokenEnded(actor, ended));
      return ended;
    });
  }

  /** Ends the very token that the actor came with. @throws DomainError personal_token_expected, personal_token_not_found */
  async endOwn(actor: Principal): Promise<PersonalTokenEntity> {
    const { tokenId } = personOf(actor);
    if (tokenId === undefined) throw personalTokenErrors.personal_token_expected();
    return this.end(actor, tokenId);
  }

  private endOf(wish: string | undefined, now: Date): Date {
    if (wish === undefined) return new Date(now.getTime() + USUAL_LIFE_MS);
    const end = new Date(wish);
    if (end <= now || end.getTime() > now.getTime() + LONGEST_LIFE_MS) {
      throw personalTokenErrors.personal_token_expiry_invalid({ param: 'expiresAt' });
    }
    return end;
  }
}
