import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { accessErrors, type Authentication, Authenticator } from '#libs/access';
import { Clock } from '#libs/kernel';
import { ScimTokenSecret } from './scim-token.secret.js';
import { ScimTokensRepository } from './scim-tokens.repository.js';

const BEARER = /^Bearer +(\S+)$/i;
/** A directory asks several times a second while it synchronises; that is one use. */
const USE_MS = 60_000;

/**
 * Recognises a company's directory by its SCIM token. Nothing is remembered between two requests: a directory asks
 * seldom, and a token that was revoked must not be good anywhere.
 */
@Injectable()
export class ScimAuthenticator extends Authenticator {
  readonly accepts = 'scim';

  constructor(
    private readonly secrets: ScimTokenSecret,
    private readonly tokens: ScimTokensRepository,
    private readonly clock: Clock,
  ) {
    super();
  }

  async authenticate({ authorization = '' }: IncomingHttpHeaders): Promise<Authentication> {
    const hashes = this.secrets.hashesOf(BEARER.exec(authorization)?.[1] ?? '');
    const token = hashes.length === 0 ? null : await this.tokens.findByHash(hashes);
    const now = this.clock.date();
    if (!token || token.revokedAt || (token.expiresAt && token.expiresAt <= now)) {
      return { accepted: false, error: accessErrors.unauthorized({ message: 'This address needs a SCIM token.' }) };
    }
    if (!token.lastUsedAt || now.getTime() - token.lastUsedAt.getTime() >= USE_MS) {
      await this.tokens.noteUse(token.id, now);
    }
    return { accepted: true, principal: { kind: 'scim', id: token.id } };
  }
}
