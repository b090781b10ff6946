import { JsonMap, Text } from '#libs/http';
import { OwnProofDto } from '../../mfa/dto/mfa.request.dto.js';

const CHALLENGE_TOKEN = {
  description: 'The `challengeToken` of the sign-in.',
  example: 'slc_4fT9aB2x_0000000000000000000000000000000000000000000000000',
  max: 100,
};

const PASSKEY = {
  description: 'Instead of a code: what `navigator.credentials.get()` gave for the options, by its `toJSON()`.',
  example: { id: '…', rawId: '…', type: 'public-key', response: {} },
  optional: true,
};

export class PasskeyFactorDto {
  @Text(CHALLENGE_TOKEN)
  challengeToken: string;
}

export class VerifyMfaDto {
  @Text(CHALLENGE_TOKEN)
  challengeToken: string;

  @Text({
    description: 'What the authenticator app shows, or a backup code.',
    example: '287082',
    min: 1,
    max: 20,
    optional: true,
  })
  code?: string;

  @JsonMap(PASSKEY)
  passkey?: Record<string, unknown>;
}

export class ReauthenticateDto extends OwnProofDto {
  @JsonMap({ ...PASSKEY, description: 'Instead of password and code: what `navigator.credentials.get()` gave.' })
  passkey?: Record<string, unknown>;
}
