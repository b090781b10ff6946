import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { createDataSource, UnitOfWork } from '#libs/database';
import { Outbox } from '#libs/events';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { deferred } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';

/** One process: its own connections, its own dispatcher. */
interface Replica {
  readonly source: DataSource;
  readonly work: UnitOfWork;
  readonly outbox: Outbox;
}

describe('the outbox', () => {
  let database: TestDatabase;
  const replicas: Replica[] = [];
  beforeAll(async () => {
    Logger.overrideLogger(false);
    database = await createTestDatabase();
  });
  afterEach(async () => {
    for (const { outbox, source } of replicas.splice(0)) {
      await outbox.onModuleDestroy();
      await source.destroy();
    }
  });
  afterAll(() => database.drop());

  async function replica(
    handlers: Record<string, (payload: unknown, work: UnitOfWork) => Promise<void>> = {},
  ): Promise<Replica> {
    const source = await createDataSource(database.url).initialize();
    const work = new UnitOfWork(source);
    const outbox = new Outbox(work);
    for (const [id, handle] of Object.entries(handlers)) outbox.register(id, (payload) => handle(payload, work));
    const made = { source, work, outbox };
    replicas.push(made);
    await source.query('TRUNCATE outbox; CREATE TABLE IF NOT EXISTS effects (what text)');
    return made;
  }

  const add = ({ work, outbox }: Replica, handler: string, payload: object) =>
    work.run(() => outbox.add(handler, payload));
  const waiting = ({ source }: Replica): Promise<unknown> =>
    source.query('SELECT handler, attempts, last_error FROM outbox ORDER BY id');
  /** Lets postponed rows be due now instead of in some seconds. */
  const hurry = ({ source }: Replica) => source.query('UPDATE outbox SET available_at = now()');

  it('delivers soon after the commit, and nothing after a rollback', async () => {
    const got: unknown[] = [];
    const one = await replica({ mail: (payload) => Promise.resolve(void got.push(payload)) });
    const attempt = one.work.run(async () => {
      await one.outbox.add('mail', { to: 'nobody' });
      throw new Error('no');
    });
    await expect(attempt).rejects.toThrow('no');
    await add(one, 'mail', { to: 'a' });
    await eventually(() => expect(got).toEqual([{ to: 'a' }]));
    await eventually(async () => expect(await waiting(one)).toEqual([]));
  });

  it('tries again until the handler succeeds, and takes back what a failed attempt wrote', async () => {
    let attempts = 0;
    const one = await replica({
      mail: async (_payload, work) => {
        attempts += 1;
        await work.manager.query('INSERT INTO effects VALUES ($1)', [`attempt ${attempts}`]);
        if (attempts < 3) throw new Error(`attempt ${attempts} failed`);
      },
    });
    await add(one, 'mail', {});
    await eventually(async () =>
      expect(await waiting(one)).toEqual([{ handler: 'mail', attempts: 1, last_error: 'attempt 1 failed' }]),
    );
    await hurry(one);
    await one.outbox.deliverDue();
    expect(await waiting(one)).toEqual([{ handler: 'mail', attempts: 2, last_error: 'attempt 2 failed' }]);
    await hurry(one);
    await one.outbox.deliverDue();
    expect(await waiting(one)).toEqual([]);
    expect(await one.source.query('SELECT what FROM effects')).toEqual([{ what: 'attempt 3' }]);
  });

  it('waits longer after each failure', async () => {
    const one = await replica({ mail: () => Promise.reject(new Error('no')) });
    await add(one, 'mail', {});
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      await eventually(async () => expect(await waiting(one)).toMatchObject([{ attempts: attempt }]));
      const rows: { pause: number }[] = await one.source.query(
        'SELECT round(extract(epoch FROM available_at - now()))::int AS pause FROM outbox',
      );
      pauses.push(rows[0]?.pause ?? NaN);
      await hurry(one);
      await one.outbox.deliverDue();
    }
    expect(pauses).toEqual([1, 2, 4, 8]);
  });

  it('lets a failing delivery hold up no other', async () => {
    const got: unknown[] = [];
    const one = await replica({
      broken: () => Promise.reject(new Error('no')),
      mail: (payload) => Promise.resolve(void got.push(payload)),
    });
    await one.work.run(async () => {
      await one.outbox.add('broken', {});
      await one.outbox.add('mail', { to: 'a' });
    });
    await eventually(() => expect(got).toEqual([{ to: 'a' }]));
  });

  it('leaves its backlog to the next process when it ends, but for the row at hand', async () => {
    const [started, finish] = [deferred(), deferred()];
    const got: unknown[] = [];
    const one = await replica({
      mail: async (payload) => {
        started.resolve();
        await finish.promise;
        got.push(payload);
      },
    });
    await one.work.run(async () => {
      for (const to of ['a', 'b', 'c']) await one.outbox.add('mail', { to });
    });
    await started.promise;
    const ended = one.outbox.onModuleDestroy();
    // Committed while it ends.
    await add(one, 'mail', { to: 'd' });
    finish.resolve();
    await ended;
    expect(got).toHaveLength(1);
    expect(await waiting(one)).toHaveLength(3);
    await delay(50);
    expect(got).toHaveLength(1);
  });

  it('keeps what was committed before a crash, for whichever process comes next', async () => {
    const crashed = await replica();
    // Nobody here delivers: to the database this process ends between its commit and the delivery.
    await add(crashed, 'mail', { to: 'a' });
    const got: unknown[] = [];
    const source = await createDataSource(database.url).initialize();
    const next = new Outbox(new UnitOfWork(source));
    try {
      next.register('mail', (payload) => Promise.resolve(void got.push(payload)));
      expect(await waiting(crashed)).toHaveLength(1);
      await next.deliverDue();
      expect(got).toEqual([{ to: 'a' }]);
      expect(await waiting(crashed)).toEqual([]);
    } finally {
      await next.onModuleDestroy();
      await source.destroy();
    }
  });

  it('delivers again what a process that was killed had not finished', async () => {
    const started = deferred();
    const one = await replica({
      mail: async (_payload, work) => {
        started.resolve();
        await work.manager.query('SELECT pg_sleep(10)');
      },
    });
    await add(one, 'mail', { to: 'a' });
    await started.promise;
    const got: unknown[] = [];
    const source = await createDataSource(database.url).initialize();
    const other = new Outbox(new UnitOfWork(source));
    other.register('mail', (payload) => Promise.resolve(void got.push(payload)));
    try {
      await other.deliverDue();
      expect(got).toEqual([]);
      await source.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()`);
      await eventually(async () => {
        await other.deliverDue();
        expect(got).toEqual([{ to: 'a' }]);
      });
    } finally {
      await other.onModuleDestroy();
      await source.destroy();
    }
  });

  it('never delivers one row twice at once: many replicas share the work', async () => {
    const delivered: number[] = [];
    const handle = async (payload: unknown): Promise<void> => {
      await delay(5);
      delivered.push((payload as { n: number }).n);
    };
    const fleet = await Promise.all([replica({ mail: handle }), replica({ mail: handle }), replica({ mail: handle })]);
    const numbers = Array.from({ length: 30 }, (_, n) => n);
    const [first] = fleet;
    await first.work.run(async () => {
      for (const n of numbers) await first.outbox.add('mail', { n });
    });
    await Promise.all(fleet.map(({ outbox }) => outbox.deliverDue()));
    await eventually(async () => expect(await waiting(first)).toEqual([]));
    expect([...delivered].sort((a, b) => a - b)).toEqual(numbers);
  });

  it('leaves rows of handlers that this process does not know to those that do', async () => {
    const one = await replica({ mail: () => Promise.resolve() });
    await add(one, 'a-newer-version', {});
    await one.outbox.deliverDue();
    expect(await waiting(one)).toMatchObject([{ handler: 'a-newer-version', attempts: 0 }]);
  });

  it('hears of what is added while it delivers', async () => {
    const got: number[] = [];
    const one = await replica({ mail: (payload) => Promise.resolve(void got.push((payload as { n: number }).n)) });
    for (let n = 0; n < 40; n += 1) await add(one, 'mail', { n });
    await eventually(() => expect(got).toHaveLength(40), 1_000);
  });

  it('refuses two handlers with one id', async () => {
    const one = await replica({ mail: () => Promise.resolve() });
    expect(() => one.outbox.register('mail', () => Promise.resolve())).toThrow('"mail"');
  });
});
