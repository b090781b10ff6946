import { Injectable } from '@nestjs/common';
import { accessErrors, type Authentication, Authenticator } from '#libs/access';

@Injectable()
export class SessionAuthenticator extends Authenticator {
  readonly accepts = 'session';

  authenticate(): Authentication {
    return { accepted: false, error: accessErrors.unauthorized() };
  }
}
