import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { type ExportedSection, type PersonalColumn, PersonalData, type RetentionRule } from '#libs/privacy';

/** The newest rows of each part of the export. */
export interface PersonalRecords {
  readonly sections: Readonly<Record<string, readonly Record<string, unknown>[]>>;
  /** How many rows there are of the parts that have more than are shown. */
  readonly cut: Readonly<Record<string, number>>;
}

/** A bound for memory: whoever has more calls than this reads the older ones from the usage feed. */
export const MOST_ITEMS = 10_000;

/** Reads, deletes and counts what features declare to be about people. The person's id is part of every statement. */
@Injectable()
export class PersonalDataRepository {
  constructor(
    private readonly work: UnitOfWork,
    private readonly data: PersonalData,
  ) {}

  /** By the name of their section. */
  async read(userId: string): Promise<PersonalRecords> {
    const sections: Record<string, Record<string, unknown>[]> = {};
    const cut: Record<string, number> = {};
    for (const column of this.data.columns) {
      if (!('name' in column.inExport)) continue;
      const { name } = column.inExport;
      const rows = await this.section(column, column.inExport, userId);
      const total = Number(rows[0]?.total ?? 0);
      if (total > rows.length) cut[name] = total;
      sections[name] = rows.map(({ total: _total, ...row }) => row);
    }
    return { sections, cut };
  }

  /** Whatever does not go with the account by itself. */
  async forget(userId: string): Promise<void> {
    for (const { table, column, where, onDeletion } of this.data.columns) {
      if (onDeletion !== 'delete' && onDeletion !== 'clear') continue;
      const change = onDeletion === 'delete' ? `DELETE FROM ${table}` : `UPDATE ${table} SET ${column} = NULL`;
      await this.work.manager.query(`${change} WHERE ${theirs(column, where)}`, [userId]);
    }
  }

  /** How many rows of a rule are of no use any more. */
  async countDue({ table, since }: RetentionRule, before: Date): Promise<number> {
    const rows: { count: number }[] = await this.work.manager.query(
      `SELECT count(*)::integer AS count FROM ${table} WHERE ${since} < $1`,
      [before],
    );
    return rows[0]?.count ?? 0;
  }

  /** The oldest of them. @returns how many were deleted */
  async deleteDue({ table, since }: RetentionRule, before: Date, most: number): Promise<number> {
    const rows: { count: number }[] = await this.work.manager.query(
      `WITH gone AS (
         DELETE FROM ${table} WHERE id IN (
           SELECT id FROM ${table} WHERE ${since} < $1 ORDER BY ${since} LIMIT $2 FOR UPDATE SKIP LOCKED
         ) RETURNING id
       ) SELECT count(*)::integer AS count FROM gone`,
      [before, most],
    );
    return rows[0]?.count ?? 0;
  }

  private section(
    { table, column, where }: PersonalColumn,
    { columns, from = table, newestBy }: ExportedSection,
    userId: string,
  ): Promise<(Record<string, unknown> & { total: string })[]> {
    const fields = Object.entries(columns).map(([name, expression]) => `${expression} AS "${name}"`);
    return this.work.manager.query(
      `SELECT ${fields.join(', ')}, count(*) OVER () AS total FROM ${from}
        WHERE ${theirs(column, where)} ORDER BY ${newestBy} DESC LIMIT ${MOST_ITEMS}`,
      [userId],
    );
  }
}

function theirs(column: string, where?: string): string {
  return where === undefined ? `${column} = $1` : `${column} = $1 AND ${where}`;
}
