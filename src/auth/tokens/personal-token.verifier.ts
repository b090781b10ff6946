import { Injectable } from '@nestjs/common';
import { Duties, type UserPrincipal } from '#libs/access';
import { Clock } from '#libs/kernel';
import { UserDirectory } from '../../users/user.directory.js';
import { areTwoFactors, SecondFactors } from '../second-factors/second.factors.js';
import type { BannedPerson } from '../sessions/session.reader.js';
import type { PersonalTokenEntity } from './personal-token.entity.js';
import { PersonalTokenSecrets } from './personal-token.secrets.js';
import { PersonalTokensRepository } from './personal-tokens.repository.js';

/** A program that asks ten times a second uses its token once. */
const USE_MS = 60_000;

/**
 * Finds out whose a personal access token is. Nothing is remembered between two requests: a token that was ended is good
 * nowhere from that moment on.
 */
@Injectable()
export class PersonalTokenVerifier {
  constructor(
    private readonly tokens: PersonalTokensRepository,
    private readonly secrets: PersonalTokenSecrets,
    private readonly users: UserDirectory,
    private readonly factors: SecondFactors,
    private readonly duties: Duties,
    private readonly clock: Clock,
  ) {}

  /** @returns undefined when the token is not good, has ended or run out, or the account may not be used */
  async verify(value: string): Promise<UserPrincipal | BannedPerson | undefined> {
    const hashes = this.secrets.candidates(value);
    const token = hashes.length === 0 ? null : await this.tokens.findByHash(hashes);
    if (!token || token.endedAt !== null || token.expiresAt <= this.clock.date()) return undefined;
    const { id: tokenId, userId, methods, createdAt } = token;
    const [account, factors] = await Promise.all([this.users.find(userId), this.factors.of(userId)]);
    if (account?.status !== 'active') return undefined;
    const { role, bannedUntil } = account;
    if (bannedUntil && bannedUntil > this.clock.date()) return { kind: 'banned', userId, until: bannedUntil };
    // Made before its owner had a second factor, it would be a way around that.
    if (factors.length > 0 && !areTwoFactors(methods)) return undefined;
    await this.note(value, token);
    return {
      kind: 'user',
      id: userId,
      userId,
      role,
      sessionId: tokenId,
      tokenId,
      methods,
      authenticatedAt: createdAt,
      // A program cannot prove who its owner is, so what needs a fresh proof is not for it.
      isFullyProved: false,
      duties: await this.duties.of({ userId, role, hasSecondFactor: factors.length > 0 }),
    };
  }

  private async note(value: string, { id, tokenHash, lastUsedAt }: PersonalTokenEntity): Promise<void> {
    const now = this.clock.date();
    if (lastUsedAt === null || now.getTime() - lastUsedAt.getTime() >= USE_MS) await this.tokens.noteUse(id, now);
    const renewed = this.secrets.renewed(value, tokenHash);
    if (renewed) await this.tokens.replaceHash(id, renewed);
  }
}
