import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { Config } from '#libs/config';
import { httpErrors } from '#libs/http';
import { UserDirectory } from '../users/user.directory.js';
import { authConfig } from './auth.config.js';
import type { MockSignInQueryDto } from './dto/auth.request.dto.js';
import { type Admission, SignInGate } from './sign-in.gate.js';

/** Lets developers in without a password. Where it is off, nothing tells that it exists. */
@Injectable()
export class MockSignInService {
  private readonly isOn: boolean;

  constructor(
    private readonly users: UserDirectory,
    private readonly gate: SignInGate,
    config: Config,
  ) {
    // The configuration refuses it elsewhere already; a door without a lock is worth two looks.
    const isSafePlace = config.profile === 'development' || config.profile === 'test';
    this.isOn = isSafePlace && config.get(authConfig).mockAuth;
  }

  /** @throws DomainError route_not_found where it is off */
  async signIn(actor: Principal, { role }: MockSignInQueryDto): Promise<Admission> {
    if (!this.isOn) throw httpErrors.route_not_found();
    const email = `mock-${role}@sluice.local`;
    const account =
      (await this.users.findByEmail(email)) ??
      (await this.users.create(actor, {
        email,
        name: `Mock ${role}`,
        role,
        passwordHash: null,
        isEmailVerified: true,
      }));
    return this.gate.admit(actor, account, ['mock']);
  }
}
