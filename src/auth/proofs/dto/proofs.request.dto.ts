import { Text } from '#libs/http';
import { OwnProofDto } from '../../mfa/dto/mfa.request.dto.js';

export class VerifyMfaDto {
  @Text({
    description: 'The `challengeToken` of the sign-in.',
    example: 'slc_4fT9aB2x_0000000000000000000000000000000000000000000000000',
    max: 100,
  })
  challengeToken: string;

  @Text({
    description: 'What the authenticator app shows, or a backup code.',
    example: '287082',
    min: 1,
    max: 20,
  })
  code: string;
}

export class ReauthenticateDto extends OwnProofDto {}
