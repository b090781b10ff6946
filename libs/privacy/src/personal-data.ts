/** What the export of a person's data shows of a table. */
export interface ExportedSection {
  /** The section in the export; camel case. */
  readonly name: string;
  /** Expressions of SQL by the name they have in the export. */
  readonly columns: Readonly<Record<string, string>>;
  /** What the rows are ordered by, the newest first. */
  readonly newestBy: string;
  /** The table with what is joined to it; left out, the table alone. */
  readonly from?: string;
}

/** A column that says which person a row is about. Names and expressions come from the code alone. */
export interface PersonalColumn {
  readonly table: string;
  readonly column: string;
  /** The rows that are meant, where the column holds other ids as well. */
  readonly where?: string;
  /**
   * What becomes of the rows when the account is deleted: its foreign key takes them along, they are deleted, the column
   * is emptied, or they are kept for the reason that is given. A kept id leads nowhere once the account is gone.
   */
  readonly onDeletion: 'cascade' | 'delete' | 'clear' | { readonly keep: string };
  /** What the export has of the rows, or why it has nothing. */
  readonly inExport: ExportedSection | { readonly omit: string };
}

/** Rows that are of no use after some time. */
export interface RetentionRule {
  /** Names the rule; kebab case. */
  readonly kind: string;
  readonly description: string;
  /** The primary key of the table is `id`. */
  readonly table: string;
  /** The moment from which the days count: an expression of SQL, null for rows that are still of use. */
  readonly since: string;
  readonly days: number;
}

/** Everything that the house keeps of people, and for how long: each feature declares its part. */
export class PersonalData {
  constructor(
    readonly columns: readonly PersonalColumn[],
    readonly retention: readonly RetentionRule[],
  ) {}
}
