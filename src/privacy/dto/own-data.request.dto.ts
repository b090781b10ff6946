import { Text } from '#libs/http';

/** The proof that it is really the owner of the account who asks. */
export class OwnerProofDto {
  @Text({
    description:
      'The password: needed where the account has one. Whoever has none must have signed in not long ago instead.',
    min: 1,
    max: 1_000,
    optional: true,
    example: 'Correct-Horse-7-Battery',
  })
  password?: string;
}
