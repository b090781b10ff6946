import { defineErrors } from '#libs/kernel';

export const avatarErrors = defineErrors({
  avatar_not_found: ['not_found', 'There is no such picture.'],
  avatar_not_an_image: ['unsupported_media_type', 'That is no PNG, JPEG or WebP, whatever its name says.'],
  avatar_dimensions: ['unprocessable', 'A picture must be at most 4096 pixels wide and high, and have at least one.'],
});
