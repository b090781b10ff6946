import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager, QueryFailedError } from 'typeorm';

interface OpenTransaction {
  readonly dataSource: DataSource;
  readonly manager: EntityManager;
  readonly afterCommit: (() => void)[];
}

const transactions = new AsyncLocalStorage<OpenTransaction>();

/** The transaction on these connections in whose course we run. */
export function openTransaction(dataSource: DataSource): OpenTransaction | undefined {
  const transaction = transactions.getStore();
  return transaction?.dataSource === dataSource ? transaction : undefined;
}

const ATTEMPTS = 5;

/** The shortest pause before the first repetition, in milliseconds; it doubles with each. */
const PAUSE_MS = 10;

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';

/** PostgreSQL's SQLSTATE of a failed statement; undefined for anything else. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof QueryFailedError)) return undefined;
  const { code } = error.driverError as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** Whether the statement broke a unique constraint (of that name, when one is given). */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (sqlStateOf(error) !== '23505') return false;
  return (
    constraint === undefined ||
    (error as QueryFailedError & { driverError: { constraint?: string } }).driverError.constraint === constraint
  );
}

/** Marks the boundary of a transaction; repositories find the open one through it. */
@Injectable()
export class UnitOfWork {
  private readonly log = new Logger(UnitOfWork.name);

  constructor(private readonly dataSource: DataSource) {}

  /** The open transaction's manager, or one that commits each statement by itself. */
  get manager(): EntityManager {
    return this.open?.manager ?? this.dataSource.manager;
  }

  get isOpen(): boolean {
    return this.open !== undefined;
  }

  /**
   * Runs the work in one transaction, or as part of the open one. Work that loses against a concurrent
   * transaction (deadlock, serialization failure) is repeated, so it must not reach outside the database:
   * that is what {@link afterCommit} is for. The repetition waits a moment: at once it would take its locks
   * back before the winner has woken up, and lose again.
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.isOpen) return work();
    for (let attempt = 1; ; attempt += 1) {
      const afterCommit: (() => void)[] = [];
      try {
        const { dataSource } = this;
        const result = await dataSource.transaction((manager) =>
          transactions.run({ dataSource, manager, afterCommit }, work),
        );
        transactions.exit(() => afterCommit.forEach((callback) => this.callBack(callback)));
        return result;
      } catch (error) {
        const state = sqlStateOf(error);
        if (attempt >= ATTEMPTS || (state !== SERIALIZATION_FAILURE && state !== DEADLOCK)) throw error;
        await delay(PAUSE_MS * 2 ** (attempt - 1) * (1 + Math.random()));
      }
    }
  }

  /** Calls back once the open transaction has committed, never when it did not; at once when none is open. */
  afterCommit(callback: () => void): void {
    const transaction = this.open;
    if (transaction) transaction.afterCommit.push(callback);
    else callback();
  }

  private get open(): OpenTransaction | undefined {
    return openTransaction(this.dataSource);
  }

  /** What is committed is done: a callback that fails must not make it look undone. */
  private callBack(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.log.error('What should follow a commit failed', error);
    }
  }
}
