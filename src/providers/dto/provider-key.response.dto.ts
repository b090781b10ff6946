import { Flag, Id, Instant, Int, ListOf, OneOf, Text, Usd } from '#libs/http';
import { CIRCUIT_REASONS, CIRCUIT_STATES } from '../key.circuit.js';

export const KEY_STATES = ['healthy', 'cooling', 'unhealthy', 'probing', 'invalid', 'disabled', 'unreadable'] as const;

export class ProviderKeyDto {
  @Id({ description: 'The id.', example: '019a9e1c-8d1e-7c3a-9a53-0f6f2b1c4d5e' })
  id: string;

  @Id({ description: 'Whose key it is.', example: '019a9e1c-8d1e-7c3a-9a53-0f6f2b1c4d5f' })
  providerId: string;

  @Text({ description: 'A name for people.', example: 'Billing account 2', nullable: true })
  label: string | null;

  @Text({ description: 'Enough to know it again.', example: '…f00d' })
  maskedValue: string;

  @OneOf(['environment', 'admin'], { description: 'Who keeps it.', example: 'admin' })
  source: string;

  @Flag({ description: 'Whether it may be used.', example: true })
  enabled: boolean;

  @OneOf(KEY_STATES, {
    description:
      '`cooling`: the provider asked for a pause. `unhealthy`: five failures in a row. `probing`: the next calls find out. `invalid`: the provider refuses it. `unreadable`: the encryption key that sealed it is missing.',
    example: 'healthy',
  })
  state: string;

  @OneOf(CIRCUIT_STATES, { description: 'The state of its circuit breaker.', example: 'closed' })
  circuit: string;

  @OneOf(CIRCUIT_REASONS, { description: 'Why the circuit is not closed.', example: null, nullable: true })
  reason: string | null;

  @Int({ description: 'Failures in a row.', example: 0 })
  failures: number;

  @Instant({ description: 'Until when it is left alone.', example: null, nullable: true })
  cooldownUntil: Date | null;

  @Text({ description: 'What went wrong last.', example: 'HTTP 429', nullable: true })
  lastError: string | null;

  @Instant({ description: 'When it was used last.', example: '2026-11-20T06:23:16.000Z', nullable: true })
  lastUsedAt: Date | null;

  @Int({ description: 'How often it was used.', example: 4711 })
  usageCount: number;

  @Instant({ description: 'When it was added.', example: '2026-11-20T06:23:16.000Z' })
  createdAt: Date;
}

export class ImportErrorDto {
  @Int({ description: 'The line, from 1.', example: 4, min: 1 })
  line: number;

  @OneOf(['duplicate', 'too_short', 'too_long', 'not_sendable'], {
    description: 'What is wrong.',
    example: 'duplicate',
  })
  code: string;
}

export class ImportResultDto {
  @Int({ description: 'Lines that were not empty.', example: 5 })
  total: number;

  @Int({ description: 'Keys that were added.', example: 3 })
  success: number;

  @Int({ description: 'Lines that were not.', example: 2 })
  failed: number;

  @ListOf(() => ImportErrorDto, { description: 'Why not, without a word of the lines themselves.' })
  errors: ImportErrorDto[];
}

export class KeyTestDto {
  @Flag({ description: 'Whether the provider accepted the key.', example: true })
  ok: boolean;

  @Int({ description: 'How long its answer took, in milliseconds.', example: 182 })
  latencyMs: number;

  @Text({ description: 'What went wrong.', example: 'HTTP 401', nullable: true })
  error: string | null;
}

export class KeyStatsDto {
  @Int({ description: 'Attempts that were made with the key since it was added, repeated ones included.', example: 7 })
  requests: number;

  @Int({ description: 'Attempts of these that failed for the key or the provider.', example: 1 })
  errors: number;

  @Text({ description: 'Failed attempts of all, as a decimal from 0 to 1.', example: '0.1429' })
  errorRate: string;

  @Int({ description: 'Calls of the period that this key answered.', example: 6 })
  calls: number;

  @Int({ description: 'Tokens in.', example: 1200 })
  inputTokens: number;

  @Int({ description: 'Tokens out.', example: 340 })
  outputTokens: number;

  @Usd({ description: 'What these calls cost, in US dollars.', example: '0.0064' })
  cost: bigint;

  @Instant({ description: 'The start of the period.', example: '2026-10-21T06:23:16.000Z' })
  since: Date;
}
