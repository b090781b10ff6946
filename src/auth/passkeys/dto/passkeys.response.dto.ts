import { Flag, Id, Instant, JsonMap, Text, Texts } from '#libs/http';

export class PasskeyOptionsDto {
  @JsonMap({
    description:
      'For the browser: `PublicKeyCredential.parseCreationOptionsFromJSON()` or `parseRequestOptionsFromJSON()`. Good once, for five minutes.',
    example: { challenge: '…', rpId: 'sluice.example.com', userVerification: 'required' },
  })
  options: object;
}

export class PasskeyDto {
  @Id({ description: 'The id.', example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11' })
  id: string;

  @Text({ description: 'What its owner calls it.', example: 'Work laptop' })
  name: string;

  @Flag({ description: 'Whether it is kept on other devices as well.', example: true })
  backedUp: boolean;

  @Instant({ description: 'When it was registered.', example: '2026-11-20T06:23:16.000Z' })
  createdAt: Date;

  @Instant({
    description: 'When it was used last; null before the first time.',
    example: '2026-11-20T07:00:00.000Z',
    nullable: true,
  })
  lastUsedAt: Date | null;
}

export class AddedPasskeyDto extends PasskeyDto {
  @Texts({
    description:
      'Each opens one sign-in in the place of a factor that is lost; shown this once. Null where there are some already.',
    example: ['7zk2m-q0v9w'],
    nullable: true,
  })
  backupCodes: string[] | null;
}
