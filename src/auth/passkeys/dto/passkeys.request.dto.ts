import { JsonMap, Text } from '#libs/http';

const NAME = {
  description: 'What you call it, to tell it from others.',
  example: 'Work laptop',
  min: 1,
  max: 100,
  pattern: /\S/,
  rule: 'must not be blank',
};

export class BeginPasskeyDto {
  @Text({
    description: 'Your password: needed where the account has one, left out where it has none.',
    example: 'Correct-Horse-7-Battery',
    max: 1_024,
    optional: true,
  })
  password?: string;
}

export class AddPasskeyDto {
  @Text(NAME)
  name: string;

  @JsonMap({
    description: 'What `navigator.credentials.create()` gave for the options, by its `toJSON()`.',
    example: { id: '…', rawId: '…', type: 'public-key', response: {} },
  })
  credential: Record<string, unknown>;
}

export class RenamePasskeyDto {
  @Text({ ...NAME, optional: true })
  name?: string;
}

export class PasskeySignInDto {
  @JsonMap({
    description: 'What `navigator.credentials.get()` gave for the options, by its `toJSON()`.',
    example: { id: '…', rawId: '…', type: 'public-key', response: {} },
  })
  credential: Record<string, unknown>;
}
