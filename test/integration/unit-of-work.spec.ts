import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { createDataSource, HotSql, UnitOfWork } from '#libs/database';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { deferred } from '../support/deferred.js';

describe('a unit of work', () => {
  let database: TestDatabase;
  let source: DataSource;
  let work: UnitOfWork;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    database = await createTestDatabase();
    source = await createDataSource(database.url).initialize();
    work = new UnitOfWork(source);
    await source.query('CREATE TABLE counters (name text PRIMARY KEY, value int NOT NULL)');
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });
  beforeEach(() => source.query("TRUNCATE counters; INSERT INTO counters VALUES ('a', 0), ('b', 0)"));

  const raise = (name: string): Promise<unknown> =>
    work.manager.query('UPDATE counters SET value = value + 1 WHERE name = $1', [name]);

  async function values(): Promise<Record<string, number>> {
    const rows: { name: string; value: number }[] = await source.query('SELECT name, value FROM counters');
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  }

  it('commits everything, or nothing', async () => {
    const failure = new Error('no');
    const attempt = work.run(async () => {
      await raise('a');
      throw failure;
    });
    await expect(attempt).rejects.toBe(failure);
    expect(await values()).toEqual({ a: 0, b: 0 });
    await work.run(async () => {
      await raise('a');
      await raise('b');
    });
    expect(await values()).toEqual({ a: 1, b: 1 });
  });

  it('joins the transaction that is open', async () => {
    const attempt = work.run(async () => {
      await work.run(() => raise('a'));
      throw new Error('no');
    });
    await expect(attempt).rejects.toThrow('no');
    expect(await values()).toEqual({ a: 0, b: 0 });
  });

  it('is what prepared statements see as well', async () => {
    const hot = new HotSql(source);
    const seen = async (): Promise<number | undefined> => {
      const text = "SELECT value FROM counters WHERE name = 'a'";
      return (await hot.query<{ value: number }>({ name: 'spec.counter', text }, []))[0]?.value;
    };
    let late: Promise<number | undefined> | undefined;
    const finish = deferred();
    await work.run(async () => {
      await raise('a');
      expect(await seen()).toBe(1);
      late = finish.promise.then(seen);
    });
    // What goes on after the end of a transaction is not part of it.
    finish.resolve();
    expect(await late).toBe(1);
    const attempt = work.run(async () => {
      await raise('a');
      expect(await seen()).toBe(2);
      throw new Error('no');
    });
    await expect(attempt).rejects.toThrow('no');
    expect(await seen()).toBe(1);
  });

  it('keeps transactions that run side by side apart', async () => {
    const attempts = await Promise.allSettled([
      work.run(async () => {
        await raise('a');
        await delay(20);
      }),
      work.run(async () => {
        await raise('b');
        throw new Error('no');
      }),
    ]);
    expect(attempts.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await values()).toEqual({ a: 1, b: 0 });
  });

  it('calls back after the commit, when others can see it, and outside the transaction', async () => {
    const seen: unknown[] = [];
    const called = deferred();
    await work.run(async () => {
      await raise('a');
      work.afterCommit(() => {
        seen.push(work.isOpen);
        void values().then((now) => {
          seen.push(now);
          called.resolve();
        });
      });
      await delay(20);
      expect(seen).toEqual([]);
    });
    await called.promise;
    expect(seen).toEqual([false, { a: 1, b: 0 }]);
  });

  it('never calls back after a rollback', async () => {
    let called = false;
    const attempt = work.run(() => {
      work.afterCommit(() => (called = true));
      return Promise.reject(new Error('no'));
    });
    await expect(attempt).rejects.toThrow('no');
    await delay(20);
    expect(called).toBe(false);
  });

  it('is done once it has committed, even if a callback fails, and the other callbacks still come', async () => {
    let called = false;
    const result = await work.run(() => {
      work.afterCommit(() => {
        throw new Error('a broken listener');
      });
      work.afterCommit(() => (called = true));
      return Promise.resolve('done');
    });
    expect(result).toBe('done');
    expect(called).toBe(true);
  });

  it('repeats the work that lost a deadlock, and calls back once', async () => {
    const attempts = { ab: 0, ba: 0 };
    const callbacks: string[] = [];
    const bothHoldOne = deferred();
    let holding = 0;
    const both = (order: 'ab' | 'ba') =>
      work.run(async () => {
        attempts[order] += 1;
        work.afterCommit(() => callbacks.push(order));
        const [first = '', second = ''] = order;
        await raise(first);
        holding += 1;
        if (holding === 2) bothHoldOne.resolve();
        await bothHoldOne.promise;
        await raise(second);
      });
    await Promise.all([both('ab'), both('ba')]);
    expect(attempts.ab + attempts.ba).toBeGreaterThan(2);
    expect(await values()).toEqual({ a: 2, b: 2 });
    expect(callbacks.sort()).toEqual(['ab', 'ba']);
  });

  it('repeats the work that lost against a concurrent serializable transaction', async () => {
    let attempts = 0;
    await work.run(async () => {
      attempts += 1;
      await work.manager.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      await work.manager.query('SELECT 1 FROM counters');
      if (attempts === 1) await source.query("UPDATE counters SET value = 10 WHERE name = 'a'");
      await raise('a');
    });
    expect(attempts).toBe(2);
    expect(await values()).toEqual({ a: 11, b: 0 });
  });

  it('does not repeat what fails for another reason, nor a lost race for ever', async () => {
    let attempts = 0;
    const duplicate = work.run(async () => {
      attempts += 1;
      await work.manager.query("INSERT INTO counters VALUES ('a', 1)");
    });
    await expect(duplicate).rejects.toMatchObject({ driverError: { code: '23505' } });
    expect(attempts).toBe(1);
    const began: number[] = [];
    const hopeless = work.run(async () => {
      began.push(performance.now());
      await work.manager.query("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$");
    });
    await expect(hopeless).rejects.toMatchObject({ driverError: { code: '40001' } });
    const pauses = began.slice(1).map((at, index) => at - (began[index] ?? at));
    expect(pauses).toHaveLength(4);
    // Milliseconds; a timer may fire up to one early.
    pauses.forEach((pause, index) => expect(pause).toBeGreaterThan(10 * 2 ** index - 1));
  });
});
