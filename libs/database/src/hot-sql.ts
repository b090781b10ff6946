import { Injectable } from '@nestjs/common';
import type { Pool, QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';

/** A statement that PostgreSQL parses and plans once a connection; the name must be unique. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

/** Prepared statements on the application's own pool, past the mapper: for the gateway's path only. */
@Injectable()
export class HotSql {
  constructor(private readonly dataSource: DataSource) {}

  async query<R extends QueryResultRow>(statement: PreparedStatement, values: unknown[]): Promise<R[]> {
    const { master } = this.dataSource.driver as unknown as { master: Pool };
    const { rows } = await master.query<R>({ ...statement, values });
    return rows;
  }
}
