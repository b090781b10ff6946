import { Flag, Id, OneOf, Text } from '#libs/http';
import { ROTATION_STRATEGIES } from '../rotation.js';

export const PROVIDER_TYPES = ['openai', 'anthropic', 'openrouter', 'litellm'] as const;
export type ProviderType = (typeof PROVIDER_TYPES)[number];

const NAME = {
  description: 'The name for people.',
  example: 'OpenAI Europe',
  min: 1,
  max: 60,
  pattern: /[\p{L}\p{N}]/u,
  rule: 'must have a letter or a digit',
};
const BASE_URL = {
  description: 'The address that `/chat/completions` is appended to.',
  example: 'https://api.openai.com/v1',
  min: 8,
  max: 500,
};
const ALLOW_PRIVATE = {
  description:
    'Whether loopback and private ranges may be dialled. Only where PROVIDER_PRIVATE_ADDRESSES allows it; metadata services are never dialled.',
  example: false,
};

export class CreateProviderDto {
  @Text(NAME)
  name: string;

  @OneOf(PROVIDER_TYPES, { description: 'How it is spoken to.', example: 'openai' })
  type: ProviderType;

  @Text(BASE_URL)
  baseUrl: string;

  @Flag({ ...ALLOW_PRIVATE, default: false })
  allowPrivate: boolean = false;

  @OneOf(ROTATION_STRATEGIES, {
    description: 'How its keys take turns.',
    example: 'round_robin',
    default: 'round_robin',
  })
  rotation: (typeof ROTATION_STRATEGIES)[number] = 'round_robin';
}

export class UpdateProviderDto {
  @Text({ ...NAME, optional: true })
  name?: string;

  @Text({ ...BASE_URL, description: `${BASE_URL.description} To another origin only without keys.`, optional: true })
  baseUrl?: string;

  @Flag({ ...ALLOW_PRIVATE, optional: true })
  allowPrivate?: boolean;

  @Flag({ description: 'Whether it may be called.', example: true, optional: true })
  enabled?: boolean;
}

export class RotationDto {
  @OneOf(ROTATION_STRATEGIES, { description: 'How the keys take turns.', example: 'least_used' })
  strategy: (typeof ROTATION_STRATEGIES)[number];
}

export class ProviderKeyParamDto {
  @Id({ description: 'The id of the provider.' })
  id: string;

  @Id({ description: 'The id of the key.' })
  keyId: string;
}
