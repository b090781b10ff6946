import { ROLES } from '#libs/access';
import { Email, OneOf } from '#libs/http';

export class InviteDto {
  @Email({ description: 'Whom to invite. Nobody else can use the invitation.', example: 'grace@example.com' })
  email: string;

  @OneOf(ROLES, { description: 'The role of the account.', example: 'user', default: 'user' })
  role: string = 'user';
}
