import { Injectable } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { httpConfig, publicLink, publicOrigin } from '#libs/http';
import { Clock, newId } from '#libs/kernel';
import { currentRequest } from '#libs/observability';
import { DeviceLimits } from './device.limits.js';
import { DeviceCodes } from './device.codes.js';
import { DeviceRequestsRepository } from './device-requests.repository.js';
import { type OAuthError, oauthError } from './oauth.errors.js';
import { type OAuthParameters, parameterOf } from './oauth.parameters.js';

const LIFE_SECONDS = 900;
const INTERVAL_SECONDS = 5;
const KEPT_MS = 86_400_000;
const LONGEST_CLIENT = 100;

/** RFC 8628 §3.2. */
export interface DeviceAuthorization {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
  readonly expires_in: number;
  readonly interval: number;
}

/** Gives a program that has no browser its two codes. */
@Injectable()
export class DeviceAuthorizations {
  constructor(
    private readonly requests: DeviceRequestsRepository,
    private readonly codes: DeviceCodes,
    private readonly limits: DeviceLimits,
    @InjectConfig(httpConfig) private readonly http: ConfigOf<typeof httpConfig>,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError rate_limited */
  async begin(parameters: OAuthParameters, network: string): Promise<DeviceAuthorization | OAuthError> {
    const client = parameterOf(parameters, 'client_id');
    if (client === undefined || client.length > LONGEST_CLIENT) return oauthError('invalid_request');
    await this.limits.countRequest(network);
    const now = this.clock.now();
    const { ip = null, userAgent = null } = currentRequest() ?? {};
    const { deviceCode, userCode, ...hashes } = this.codes.issue();
    await this.requests.deleteExpired(new Date(now - KEPT_MS));
    await this.requests.insert({
      id: newId(),
      ...hashes,
      client,
      ip,
      userAgent,
      state: 'pending',
      userId: null,
      methods: null,
      intervalSeconds: INTERVAL_SECONDS,
      askedAt: null,
      createdAt: new Date(now),
      expiresAt: new Date(now + LIFE_SECONDS * 1_000),
    });
    return {
      device_code: deviceCode,
      user_code: userCode,
      verification_uri: `${publicOrigin(this.http)}/device`,
      verification_uri_complete: publicLink(this.http, '/device', userCode),
      expires_in: LIFE_SECONDS,
      interval: INTERVAL_SECONDS,
    };
  }
}
