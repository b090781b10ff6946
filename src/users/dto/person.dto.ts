import { ROLES } from '#libs/access';
import { Email, Id, Instant, Int, OneOf, Text } from '#libs/http';

const MOST_ROWS = 100;
export const PERSON_STATUSES = ['active', 'inactive', 'banned'] as const;
export const PERSON_ORDERS = ['name', '-name', 'createdAt', '-createdAt', 'lastSignInAt', '-lastSignInAt'] as const;

/** Which of the people. */
export class ListPeopleQueryDto {
  @Int({ description: 'The page, from 1.', min: 1, max: 100_000, default: 1 })
  page: number = 1;

  @Int({ description: 'Rows on a page.', min: 1, max: MOST_ROWS, default: 20 })
  limit: number = 20;

  @Int({ description: 'Another name for `limit`.', min: 1, max: MOST_ROWS, optional: true })
  pageSize?: number;

  @Text({ description: 'A part of the name, or the whole e-mail address.', example: 'ada', max: 254, optional: true })
  search?: string;

  @Text({ description: 'Only people of this role.', example: 'user', max: 100, optional: true })
  role?: string;

  @OneOf(PERSON_STATUSES, {
    description: 'Only those who may use their account, who were suspended, or who are banned at present.',
    example: 'active',
    optional: true,
  })
  status?: (typeof PERSON_STATUSES)[number];

  @OneOf(PERSON_ORDERS, { description: 'The order; `-` turns it round.', example: '-createdAt', default: '-createdAt' })
  sort: (typeof PERSON_ORDERS)[number] = '-createdAt';
}

export class UpdatePersonDto {
  @OneOf(ROLES, { description: 'What they may do from the next request on.', example: 'admin', optional: true })
  role?: string;
}

export class BanPersonDto {
  @Text({
    description: 'For how long: a number of `s`, `m`, `h` or `d`.',
    example: '30m',
    max: 8,
    pattern: /^[1-9]\d{0,5}[smhd]$/,
    rule: 'must be a number and one of s, m, h and d',
  })
  duration: string;

  @Text({ description: 'What for. Administrators see it.', example: 'Shared an API key.', max: 200, optional: true })
  reason?: string;
}

/** Somebody with an account, as administrators see them. */
export class PersonDto {
  @Id({ description: 'The id.', example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11' })
  id: string;

  @Email({ description: 'The address to sign in with, in lower case.', example: 'ada@example.com' })
  email: string;

  @Text({ description: 'How others see this person.', example: 'Ada Lovelace' })
  name: string;

  @Text({ description: `The role: ${ROLES.join(', ')}, or one that administrators made.`, example: 'user' })
  role: string;

  @OneOf(['active', 'inactive'], {
    description: 'Whether the account may be used; `inactive` is suspended.',
    example: 'active',
  })
  status: string;

  @Instant({ description: 'Until when they are banned; null when they are not.', example: null, nullable: true })
  bannedUntil: Date | null;

  @Text({ description: 'What they are banned for.', example: null, nullable: true })
  banReason: string | null;

  @Instant({ description: 'When the account was made.', example: '2026-11-20T06:23:16.000Z' })
  createdAt: Date;

  @Instant({
    description: 'When this person signed in last; null before the first time.',
    example: '2026-11-20T07:00:00.000Z',
    nullable: true,
  })
  lastSignInAt: Date | null;
}
