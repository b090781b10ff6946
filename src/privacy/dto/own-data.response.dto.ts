import { Email, fieldsOf, Id, Instant, Json, JsonMap, Nested, Text } from '#libs/http';

const ID = '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11';
const WHEN = '2026-11-20T06:23:16.000Z';

/** Who it is about. */
export class ExportedProfileDto {
  @Id({ description: 'The id.', example: ID })
  id: string;

  @Email({ description: 'The e-mail address.', example: 'ada@example.com' })
  email: string;

  @Instant({ description: 'When the address was verified.', nullable: true, example: WHEN })
  emailVerifiedAt: Date | null;

  @Text({ description: 'The telephone number.', nullable: true, example: null })
  phone: string | null;

  @Text({ description: 'The name.', example: 'Ada Lovelace' })
  name: string;

  @Text({ description: 'The role.', example: 'user' })
  role: string;

  @Text({ description: 'Whether the account may be used.', example: 'active' })
  status: string;

  @Instant({ description: 'When the account was made.', example: WHEN })
  createdAt: Date;
}

/** Everything that the house knows about somebody: of each kind the newest 10,000. */
export class DataExportDto {
  @Id({ description: 'The id of the export.', example: ID })
  exportId: string;

  @Instant({ description: 'When it was made.', example: WHEN })
  exportedAt: Date;

  @Nested(() => ExportedProfileDto, { description: 'The account.' })
  profile: ExportedProfileDto;

  @Json({ description: 'Sessions, also those that ended.', example: [] })
  sessions: object[];

  @Json({ description: 'Sign-ins and failed attempts, and from where.', example: [] })
  signIns: object[];

  @Json({ description: 'API keys, masked.', example: [] })
  apiKeys: object[];

  @Json({ description: 'Calls, and what they cost in US dollars.', example: [] })
  usage: object[];

  @Json({ description: 'What calls were corrected by.', example: [] })
  usageCorrections: object[];

  @Json({ description: 'Subscriptions to models.', example: [] })
  subscriptions: object[];

  @Json({ description: 'Teams, and the role in each.', example: [] })
  teams: object[];

  @Json({ description: 'What was booked on the balance.', example: [] })
  balanceTransactions: object[];

  @Json({ description: 'Caps of spending.', example: [] })
  budgets: object[];

  @Json({ description: 'What was agreed to, and what was withdrawn.', example: [] })
  consents: object[];

  @Json({ description: 'What the person did, and from where.', example: [] })
  activity: object[];

  @JsonMap({ description: 'Whatever else is kept of the person, by what it is.', example: {} })
  others: Record<string, unknown>;

  @JsonMap({ description: 'How many there are in all, of what has more than are shown.', example: {} })
  cut: Record<string, unknown>;
}

/** The sections that have a field of their own. */
export const SECTIONS: ReadonlySet<string> = new Set(fieldsOf(DataExportDto).keys());

/** What is left of a deleted account. */
export class DeletionDto {
  @Id({ description: 'Names the deletion in the audit log.', example: ID })
  deletionId: string;

  @Instant({ description: 'When the account was deleted.', example: WHEN })
  deletedAt: Date;
}
