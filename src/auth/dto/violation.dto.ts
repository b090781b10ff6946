import { Id, Instant, Int, OneOf, PageQueryDto, Text } from '#libs/http';
import { VIOLATION_TYPES } from '../protection/violations/violation.scores.js';

/** Which of the violations. */
export class ListViolationsQueryDto extends PageQueryDto {
  @Id({ description: 'Only those of this person.', example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11', optional: true })
  userId?: string;

  @OneOf(VIOLATION_TYPES, { description: 'Only those of this type.', example: 'illegal_model', optional: true })
  type?: string;
}

/** Something that somebody should not have done. */
export class ViolationDto {
  @Id({ description: 'Ids follow time.', example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a12' })
  id: string;

  @OneOf(VIOLATION_TYPES, { description: 'What it was.', example: 'illegal_model' })
  type: string;

  @Int({ description: 'Its points.', example: 5 })
  score: number;

  @Id({
    description: 'Who did it; of a failed sign-in, whose account was tried. Null where that is nobody.',
    example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11',
    nullable: true,
  })
  userId: string | null;

  @Text({ description: 'Where it came from.', example: '203.0.113.7', nullable: true })
  network: string | null;

  @Instant({ description: 'When it was.', example: '2026-11-20T06:23:16.000Z' })
  createdAt: Date;
}
