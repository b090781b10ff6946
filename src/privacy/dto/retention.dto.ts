import { Flag, Id, Int, ListOf, Text } from '#libs/http';

/** How the rules are to be run. */
export class RunRetentionDto {
  @Flag({ description: 'Only count what would be deleted.', default: true, example: true })
  dryRun: boolean = true;
}

/** What a rule found. */
export class RetentionCountDto {
  @Text({ description: 'The rule.', example: 'notifications' })
  kind: string;

  @Text({ description: 'What it deletes.', example: 'What administrators were told, unless it still stands.' })
  description: string;

  @Int({ description: 'Days after which it does; 0 for never.', example: 365 })
  days: number;

  @Int({ description: 'How many are due.', example: 12 })
  due: number;

  @Int({ description: 'How many were deleted.', example: 0 })
  deleted: number;
}

/** What a run of the rules found and did. */
export class RetentionRunDto {
  @Id({ description: 'Names the run in the audit log.', example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11' })
  id: string;

  @Flag({ description: 'Whether nothing was to be deleted.', example: true })
  dryRun: boolean;

  @Int({ description: 'How many are due, by all rules.', example: 12 })
  due: number;

  @Int({ description: 'How many were deleted; at most 100 in a run.', example: 0 })
  deleted: number;

  @ListOf(() => RetentionCountDto, { description: 'By rule.' })
  counts: RetentionCountDto[];
}
