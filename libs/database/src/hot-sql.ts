import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';
import { plannedPool } from './data-source.js';
import { openTransaction } from './unit-of-work.js';

/** A statement that PostgreSQL parses once a connection; the name must be unique. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
  /**
   * Planned once a connection as well, on connections of its own. Without it PostgreSQL compares what a plan for any
   * values and plans for each cost it by its own estimate, and may make a new plan every time.
   */
  readonly plannedOnce?: true;
}

/** Prepared statements past the mapper: for the gateway's path only. */
@Injectable()
export class HotSql implements OnApplicationShutdown {
  private planned: Pool | undefined;

  constructor(private readonly dataSource: DataSource) {}

  async query<R extends QueryResultRow>(statement: PreparedStatement, values: unknown[]): Promise<R[]> {
    const { name, text } = statement;
    const connection = (await this.ofTransaction()) ?? this.poolFor(statement);
    const { rows } = await connection.query<R>({ name, text, values });
    return rows;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.planned?.end();
  }

  /** Past an open transaction a statement would not see what that has written, and could wait for it for ever. */
  private async ofTransaction(): Promise<PoolClient | undefined> {
    const runner = openTransaction(this.dataSource)?.manager.queryRunner;
    return runner && !runner.isReleased ? ((await runner.connect()) as PoolClient) : undefined;
  }

  private poolFor({ plannedOnce }: PreparedStatement): Pool {
    if (plannedOnce) return (this.planned ??= plannedPool(this.dataSource));
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }
}
