import { Text } from '#libs/http';

export class UpdateProfileDto {
  @Text({
    description: 'How others see you.',
    example: 'Ada Lovelace',
    min: 1,
    max: 100,
    pattern: /\S/,
    rule: 'must not be blank',
  })
  name: string;
}
