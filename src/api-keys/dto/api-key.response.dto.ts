import { Id, Instant, OneOf, Text, Texts } from '#libs/http';
import { API_KEY_STATES, type ApiKeyState } from '../api-keys.policy.js';

const ID = '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11';
const NOW = '2026-11-20T09:30:00.000Z';

/** A key as it may be shown at any time: without its secret. */
export class ApiKeyDto {
  @Id({ description: 'Names the key; usage and the audit log speak of it.', example: ID })
  id: string;

  @Text({ description: 'What the key is for.', example: 'nightly evaluation' })
  name: string;

  @Text({ description: 'The public beginning of the secret.', example: 'sk-sluice-a1B2c3D4' })
  prefix: string;

  @Text({ description: 'The secret, masked.', example: 'sk-sluice-a1B2c3D4…' })
  maskedKey: string;

  @Texts({ description: 'The models that the key may call.', example: ['gpt-4o-mini'] })
  modelIds: string[];

  @OneOf(API_KEY_STATES, { description: 'Only an active key is accepted.', example: 'active' })
  status: ApiKeyState;

  @Instant({ description: 'When the key ends by itself; null for never.', nullable: true, example: null })
  expiresAt: Date | null;

  @Instant({ description: 'When it was revoked; null if it was not.', nullable: true, example: null })
  revokedAt: Date | null;

  @Instant({
    description: 'When it was last used, up to half a minute late; null for never.',
    nullable: true,
    example: NOW,
  })
  lastUsedAt: Date | null;

  @Instant({ description: 'When it was issued.', example: NOW })
  createdAt: Date;

  @Instant({ description: 'When it was last changed.', example: NOW })
  updatedAt: Date;
}

/** The only answer that holds the secret. */
export class IssuedApiKeyDto extends ApiKeyDto {
  @Text({
    description: 'The secret. It is shown this once and kept nowhere.',
    example: 'sk-sluice-a1B2c3D4_…',
  })
  key: string;
}
