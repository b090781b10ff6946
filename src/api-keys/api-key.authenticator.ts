import { Injectable } from '@nestjs/common';
import { accessErrors, type Authentication, Authenticator } from '#libs/access';

@Injectable()
export class ApiKeyAuthenticator extends Authenticator {
  readonly accepts = 'api-key';

  authenticate(): Authentication {
    return { accepted: false, error: accessErrors.unauthorized() };
  }
}
