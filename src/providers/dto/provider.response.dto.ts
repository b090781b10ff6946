import { Flag, Id, Instant, Int, OneOf, Text } from '#libs/http';
import { ROTATION_STRATEGIES } from '../rotation.js';

export class ProviderDto {
  @Id({ description: 'The id.', example: '019a9e1c-8d1e-7c3a-9a53-0f6f2b1c4d5e' })
  id: string;

  @Text({ description: 'The name for people.', example: 'OpenAI Europe' })
  name: string;

  @Text({ description: 'The name in front of models whose own name is taken.', example: 'openai-europe' })
  slug: string;

  @OneOf(['openai', 'anthropic', 'openrouter', 'litellm', 'simulator'], {
    description: 'How it is spoken to.',
    example: 'openai',
  })
  type: string;

  @Text({ description: 'The address that paths are appended to.', example: 'https://api.openai.com/v1' })
  baseUrl: string;

  @OneOf(['environment', 'admin'], {
    description: 'Who keeps it: the environment of the process, or administrators here.',
    example: 'admin',
  })
  source: string;

  @Flag({ description: 'Whether it may be called.', example: true })
  enabled: boolean;

  @Flag({ description: 'Whether private addresses may be dialled.', example: false })
  allowPrivate: boolean;

  @OneOf(ROTATION_STRATEGIES, { description: 'How its keys take turns.', example: 'round_robin' })
  rotation: string;

  @Int({ description: 'How many keys it has.', example: 3 })
  keyCount: number;

  @Int({ description: 'How many of them work at present.', example: 2 })
  healthyKeyCount: number;

  @Instant({ description: 'Since when none of its keys works.', example: null, nullable: true })
  degradedSince: Date | null;

  @Instant({ description: 'When its models were read last.', example: '2026-11-20T06:23:16.000Z', nullable: true })
  lastSyncedAt: Date | null;

  @Text({ description: 'Why they could not be read.', example: null, nullable: true })
  lastSyncError: string | null;

  @Instant({ description: 'When it was made.', example: '2026-11-20T06:23:16.000Z' })
  createdAt: Date;

  @Instant({ description: 'When it was changed last.', example: '2026-11-20T06:23:16.000Z' })
  updatedAt: Date;
}
