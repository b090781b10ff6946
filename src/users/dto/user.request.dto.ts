import { Text } from '#libs/http';

const NAME = { example: 'Ada Lovelace', min: 1, max: 100, pattern: /\S/, rule: 'must not be blank', optional: true };

/** What is to be different about one's own profile. */
export class UpdateProfileDto {
  @Text({ ...NAME, description: 'How others see you.' })
  name?: string;

  @Text({ ...NAME, description: 'The same, for clients that spell it so. Answers say `name`.' })
  fullName?: string;
}
