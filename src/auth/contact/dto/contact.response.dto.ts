import { Flag } from '#libs/http';

export class PhoneVerifiedDto {
  @Flag({ description: 'That the number is verified.', example: true })
  phoneVerified: boolean;
}
