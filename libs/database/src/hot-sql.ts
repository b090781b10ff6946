import { Injectable } from '@nestjs/common';
import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';
import { openTransaction } from './unit-of-work.js';

/** A statement that PostgreSQL parses and plans once a connection; the name must be unique. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

/** Prepared statements on the application's own connections, past the mapper: for the gateway's path only. */
@Injectable()
export class HotSql {
  constructor(private readonly dataSource: DataSource) {}

  async query<R extends QueryResultRow>(statement: PreparedStatement, values: unknown[]): Promise<R[]> {
    const runner = openTransaction(this.dataSource)?.manager.queryRunner;
    const { master } = this.dataSource.driver as unknown as { master: Pool };
    // Past an open transaction it would not see what that has written, and could wait for it for ever.
    const connection = runner && !runner.isReleased ? ((await runner.connect()) as PoolClient) : master;
    const { rows } = await connection.query<R>({ ...statement, values });
    return rows;
  }
}
