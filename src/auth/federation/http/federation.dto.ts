import { Id, Instant, Text } from '#libs/http';

const SLUG = {
  description: 'The slug of the identity provider; `GET /api/v1/config` lists them.',
  example: 'company',
  min: 1,
  max: 40,
};
const RETURN_TO = {
  description: 'A path of this installation to come back to. Anything that leads elsewhere is refused.',
  example: '/chat',
  max: 2_048,
  optional: true,
};

export class ProviderParamDto {
  @Text(SLUG)
  provider: string;
}

export class ReturnToQueryDto {
  @Text(RETURN_TO)
  returnTo?: string;
}

export class BeginSignInQueryDto extends ReturnToQueryDto {
  @Text(SLUG)
  provider: string;
}

export class LinkIdentityDto {
  @Text(SLUG)
  provider: string;

  @Text(RETURN_TO)
  returnTo?: string;
}

/** What a SAML provider lets the browser post. */
export class SamlAnswerDto {
  @Text({ description: 'The response, in base64.', min: 1, max: 300_000, example: 'PHNhbWxwOlJlc3BvbnNlPg==' })
  SAMLResponse: string;

  @Text({ description: 'What was sent along with the request.', default: '', max: 255, example: '5Wq2cN…' })
  RelayState: string = '';
}

/** Where to send the browser. */
export class AuthUrlDto {
  @Text({
    description: 'An address of the identity provider. It is good for ten minutes, for this browser and once.',
    example: 'https://id.example.com/authorize?client_id=sluice&state=…',
    max: 10_000,
  })
  authUrl: string;
}

/** Who somebody is at another house. */
export class IdentityDto {
  @Id({ description: 'The id.', example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11' })
  id: string;

  @Text({ description: 'The slug of the identity provider.', example: 'company' })
  provider: string;

  @Text({ description: 'Who answers for it.', example: 'https://id.example.com' })
  issuer: string;

  @Instant({ description: 'When it was linked.', example: '2026-11-20T06:23:16.000Z' })
  createdAt: Date;

  @Instant({ description: 'When it was used last.', example: '2026-11-20T07:00:00.000Z', nullable: true })
  lastUsedAt: Date | null;
}
