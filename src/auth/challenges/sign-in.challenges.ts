import { Injectable } from '@nestjs/common';
import { Clock, newId } from '#libs/kernel';
import type { SecondFactor } from '../second-factors/second.factors.js';
import { ChallengeTokens } from './challenge.tokens.js';
import type { SignInChallengeEntity } from './sign-in-challenge.entity.js';
import { SignInChallengesRepository } from './sign-in-challenges.repository.js';

const CHALLENGE_SECONDS = 300;
/** So many wrong answers void a challenge. */
const MOST_FAILURES = 5;

/** A sign-in that waits for a second factor, and the only copy of its token. */
export interface SignInChallenge {
  readonly token: string;
  readonly methods: readonly SecondFactor[];
  readonly expiresInSeconds: number;
}

/** Keeps sign-ins that wait for a second factor where any replica can go on with them. */
@Injectable()
export class SignInChallenges {
  constructor(
    private readonly challenges: SignInChallengesRepository,
    private readonly tokens: ChallengeTokens,
    private readonly clock: Clock,
  ) {}

  /** @param proved how the person has proved who they are so far */
  async issue(
    userId: string,
    proved: readonly string[],
    methods: readonly SecondFactor[],
  ): Promise<SignInChallenge & { readonly id: string }> {
    const { value, hash } = this.tokens.issue();
    const now = this.clock.date();
    const id = newId();
    await this.challenges.insert({
      id,
      tokenHash: hash,
      userId,
      methods: [...proved],
      failures: 0,
      createdAt: now,
      expiresAt: new Date(now.getTime() + CHALLENGE_SECONDS * 1_000),
    });
    return { id, token: value, methods, expiresInSeconds: CHALLENGE_SECONDS };
  }

  /** The challenge of that token, while it can be answered. */
  async find(token: string): Promise<SignInChallengeEntity | undefined> {
    const hashes = this.tokens.read(token);
    return (hashes.length > 0 && (await this.challenges.find(hashes, this.clock.date()))) || undefined;
  }

  /** Within the transaction that opens the session. @returns false when the challenge was used meanwhile */
  take(id: string): Promise<boolean> {
    return this.challenges.take(id);
  }

  /**
   * Counts an answer before anybody looks at it, so that answers which come together are no more than so many either.
   *
   * @returns false when the challenge is void
   */
  mayTry(id: string): Promise<boolean> {
    return this.challenges.countTry(id, MOST_FAILURES);
  }

  /** What somebody proved before counts no more. */
  async endAllOf(userId: string): Promise<void> {
    await this.challenges.deleteAllOf(userId);
  }

  removeExpired(): Promise<number> {
    return this.challenges.deleteExpired(this.clock.date());
  }
}
