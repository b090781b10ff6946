import { Flag, Id, Instant, Int } from '#libs/http';

/** Whether somebody is locked out after too many wrong passwords. */
export class LockStandingDto {
  @Id({ description: 'The person.', example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11' })
  userId: string;

  @Flag({
    description: 'Whether no password is looked at now, from devices that were not used before.',
    example: false,
  })
  locked: boolean;

  @Instant({
    description: 'Until when; null when it is not locked, or until an administrator unlocks it.',
    example: null,
    nullable: true,
  })
  lockedUntil: Date | null;

  @Int({ description: 'Wrong passwords in a row.', example: 0 })
  failures: number;
}
