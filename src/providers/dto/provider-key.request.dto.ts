import { Flag, Int, Text } from '#libs/http';

/** A key travels in a header, which bears no spaces, line ends or other alphabets. */
export const SENDABLE = /^[\x21-\x7e]+$/;

const LABEL = {
  description: 'A name for people.',
  example: 'Billing account 2',
  max: 100,
  optional: true,
  nullable: true,
};

export class AddProviderKeyDto {
  @Text({
    description: 'The key itself. It is sealed at once and never shown again.',
    example: 'sk-proj-…',
    min: 8,
    max: 4_096,
    pattern: SENDABLE,
    rule: 'must be of visible ASCII characters without spaces',
  })
  value: string;

  @Text(LABEL)
  label?: string | null;
}

export class UpdateProviderKeyDto {
  @Text(LABEL)
  label?: string | null;

  @Flag({ description: 'Whether it may be used.', example: true, optional: true })
  enabled?: boolean;
}

export class ImportProviderKeysDto {
  @Text({ description: 'One key a line, at most 100.', example: 'sk-proj-…\nsk-proj-…', min: 1, max: 500_000 })
  text: string;
}

export class KeyStatsQueryDto {
  @Int({ description: 'How many days back, today included.', example: 30, min: 1, max: 90, default: 30 })
  days: number = 30;
}
