import { Flag, Instant, Text } from '#libs/http';

/** A key of one's own, without its value. */
export class OwnProviderKeyDto {
  @Text({ description: 'What it is called.', example: 'openai' })
  name: string;

  @Instant({ description: 'When it is forgotten; null: never.', example: null, nullable: true })
  expiresAt: Date | null;
}

/** Whether there is a credential, and nothing of it. */
export class ToolCredentialDto {
  @Text({ description: 'The name of the tool.', example: 'web-search' })
  tool: string;

  @Flag({ description: 'Whether a credential is kept for it.', example: true })
  configured: boolean;
}
