import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { Clock } from '#libs/kernel';
import { UserDirectory } from '../../users/user.directory.js';
import { PersonalTokensService } from '../tokens/personal-tokens.service.js';
import { DeviceCodes } from './device.codes.js';
import type { DeviceRequestEntity } from './device-request.entity.js';
import { DeviceRequestsRepository } from './device-requests.repository.js';
import { type OAuthError, oauthError } from './oauth.errors.js';
import { type OAuthParameters, parameterOf } from './oauth.parameters.js';

/** RFC 8628 §3.4. */
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** What a pause grows by when it is not kept (RFC 8628 §3.5). */
const SLOWER_SECONDS = 5;
/** The network makes pauses shorter than they were. */
const TOLERANCE_MS = 500;

/** RFC 6749 §5.1. */
export interface DeviceToken {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
}

/** Tells a program that asks again and again whether it may have its token by now, and gives it out once. */
@Injectable()
export class DeviceGrants {
  constructor(
    private readonly requests: DeviceRequestsRepository,
    private readonly codes: DeviceCodes,
    private readonly tokens: PersonalTokensService,
    private readonly users: UserDirectory,
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  async ask(actor: Principal, parameters: OAuthParameters): Promise<DeviceToken | OAuthError> {
    const grant = parameterOf(parameters, 'grant_type');
    const client = parameterOf(parameters, 'client_id');
    const code = parameterOf(parameters, 'device_code');
    if (grant === undefined) return oauthError('invalid_request');
    if (grant !== DEVICE_GRANT) return oauthError('unsupported_grant_type');
    if (code === undefined || client === undefined) return oauthError('invalid_request');
    const hashes = this.codes.deviceCandidates(code);
    if (hashes.length === 0) return oauthError('invalid_grant');
    return this.work.run(async () => {
      const request = await this.lock(hashes);
      if (request === null || request.state === 'granted' || request.client !== client) {
        return oauthError('invalid_grant');
      }
      if (request.expiresAt <= this.clock.date()) return oauthError('expired_token');
      if (request.state === 'denied') return oauthError('access_denied');
      return request.state === 'pending' ? this.putOff(request) : this.grant(actor, request);
    });
  }

  /** The account before the request, as whoever shuts it out does: two who lock the other way round wait for each other. */
  private async lock(hashes: readonly Buffer[]): Promise<DeviceRequestEntity | null> {
    const found = await this.requests.findByDeviceCode(hashes);
    if (found === null) return null;
    if (found.userId !== null) await this.users.lockUsable(found.userId);
    return this.requests.findLocked(found.id);
  }

  private async putOff({ id, askedAt, intervalSeconds }: DeviceRequestEntity): Promise<OAuthError> {
    const now = this.clock.date();
    const isEarly = askedAt !== null && now.getTime() - askedAt.getTime() + TOLERANCE_MS < intervalSeconds * 1_000;
    const pause = isEarly ? intervalSeconds + SLOWER_SECONDS : intervalSeconds;
    await this.requests.update(id, { askedAt: now, intervalSeconds: pause });
    return oauthError(isEarly ? 'slow_down' : 'authorization_pending');
  }

  /** Whoever approved may have been shut out since. */
  private async grant(actor: Principal, { id, client, userId, methods }: DeviceRequestEntity) {
    const account = userId === null ? undefined : await this.users.find(userId);
    const now = this.clock.date();
    if (account?.status !== 'active' || (account.bannedUntil && account.bannedUntil > now)) {
      return oauthError('access_denied');
    }
    const owner = { userId: account.id, methods: methods ?? [] };
    const { token, expiresAt } = await this.tokens.issue(actor, owner, { name: client }, 'device');
    await this.requests.update(id, { state: 'granted' });
    const lifeMs = expiresAt.getTime() - now.getTime();
    return { access_token: token, token_type: 'Bearer' as const, expires_in: Math.floor(lifeMs / 1_000) };
  }
}
