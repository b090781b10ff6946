import { Text } from '#libs/http';

/** Where a picture is served. */
export class AvatarLinkDto {
  @Text({
    description: 'The address, below that of this server. A new picture has a new one.',
    example: '/api/v1/avatars/3q2-7wAAAAAAAAAAAAAAAA.png',
  })
  url: string;
}

/** Which picture. */
export class AvatarParamDto {
  @Text({
    description: 'The name that it was given.',
    example: '3q2-7wAAAAAAAAAAAAAAAA.png',
    pattern: /^[A-Za-z0-9_-]{22}\.(?:png|jpg|webp)$/,
    rule: 'must be a name that a picture was given',
    min: 1,
    max: 30,
  })
  name: string;
}
