import { Flag, Text } from '#libs/http';

export class MessageDto {
  @Text({
    description: 'For people to read.',
    example: 'If there is something to send to this address, it is on its way.',
  })
  message: string;
}

export class EmailVerifiedDto {
  @Flag({ description: 'That the address is verified.', example: true })
  emailVerified: boolean;
}
