import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Module, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { createDataSource } from '#libs/database';
import { declaredJobs, defineJob, type Job, JobHandler, JobRunner, JobsModule } from '#libs/jobs';
import { createLogger, NestLogger, ObservabilityModule, Redactor } from '#libs/observability';
import { testDatabaseModule } from '../support/database.module.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';

const clean = defineJob({ name: 'test-clean', description: 'Counts its runs.', everySeconds: 3_600 });
const orphan: Job = { name: 'test-orphan', description: 'Nobody does it.', everySeconds: 3_600 };
const runs: string[] = [];

@Injectable()
class Cleaner {
  fails = false;

  @JobHandler(clean)
  async clean(): Promise<void> {
    runs.push('started');
    await delay(50);
    if (this.fails) throw new Error('no');
    runs.push('done');
  }
}

@Injectable()
class SecondCleaner {
  @JobHandler(clean)
  clean(): Promise<void> {
    return Promise.resolve();
  }
}

@Injectable()
class Stranger {
  @JobHandler(orphan)
  work(): Promise<void> {
    return Promise.resolve();
  }
}

describe('the job runner', () => {
  let database: TestDatabase;
  const open: { module: TestingModule; source: DataSource }[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    for (const { module, source } of open.splice(0)) {
      await module.close().catch(() => undefined);
      await source.destroy();
    }
    runs.length = 0;
  });
  afterAll(() => database.drop());

  /** One process with its own connections. */
  async function boot(...providers: Type[]): Promise<TestingModule> {
    const source = await createDataSource(database.url).initialize();
    const redactor = new Redactor();

    @Module({ providers })
    class WorkersModule {}
    const module = await Test.createTestingModule({
      imports: [
        testDatabaseModule(source),
        ObservabilityModule.forRoot(createLogger('silent', redactor), redactor),
        JobsModule,
        WorkersModule,
      ],
    })
      .setLogger(new NestLogger(createLogger('silent', new Redactor())))
      .compile();
    open.push({ module, source });
    await module.init();
    return module;
  }

  it('refuses to boot without a handler for each declared job', async () => {
    expect(declaredJobs()).toContain(clean);
    await expect(boot()).rejects.toThrow('The job "test-clean" has no handler.');
  });

  it('refuses to boot with two handlers for one job', async () => {
    await expect(boot(Cleaner, SecondCleaner)).rejects.toThrow('The job "test-clean" has two handlers.');
  });

  it('refuses to boot with a handler for a job that nobody declared', async () => {
    await expect(boot(Cleaner, Stranger)).rejects.toThrow('"test-orphan"');
  });

  it('runs a job once when two replicas reach for it at once, and lets the other have it next time', async () => {
    const [one, two] = await Promise.all([boot(Cleaner), boot(Cleaner)]);
    const outcomes = await Promise.all([one.get(JobRunner).run(clean), two.get(JobRunner).run(clean)]);
    expect(outcomes.sort()).toEqual([false, true]);
    expect(runs).toEqual(['started', 'done']);
    expect(await two.get(JobRunner).run(clean)).toBe(true);
    expect(await one.get(JobRunner).run(clean)).toBe(true);
    expect(runs).toHaveLength(6);
  });

  it('survives a job that fails, and frees it', async () => {
    const module = await boot(Cleaner);
    const cleaner = module.get(Cleaner, { strict: false });
    cleaner.fails = true;
    expect(await module.get(JobRunner).run(clean)).toBe(false);
    cleaner.fails = false;
    expect(await module.get(JobRunner).run(clean)).toBe(true);
  });

  it('frees the job of a replica whose connection is gone', async () => {
    const [one, two] = await Promise.all([boot(Cleaner), boot(Cleaner)]);
    const running = one.get(JobRunner).run(clean);
    while (runs.length === 0) await delay(1);
    const source = two.get(DataSource);
    await source.query(`SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
      WHERE l.locktype = 'advisory' AND d.datname = current_database()`);
    // PostgreSQL frees the lock when it has cleared the connection away.
    await eventually(async () => expect(await two.get(JobRunner).run(clean)).toBe(true));
    await running;
    await eventually(async () => expect(await one.get(JobRunner).run(clean)).toBe(true));
  });

  it('waits for a running job before it closes', async () => {
    const module = await boot(Cleaner);
    void module.get(JobRunner).run(clean);
    while (runs.length === 0) await delay(1);
    await module.close();
    expect(runs).toEqual(['started', 'done']);
  });
});
