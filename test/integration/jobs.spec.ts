import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Module, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { ConfigModule, loadConfig } from '#libs/config';
import { createDataSource } from '#libs/database';
import { declaredJobs, defineJob, type Job, JobHandler, JobRunner, JobsModule } from '#libs/jobs';
import { createLogger, NestLogger, ObservabilityModule, Redactor } from '#libs/observability';
import { testDatabaseModule } from '../support/database.module.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';

const clean = defineJob({ name: 'test-clean', description: 'Counts its runs.', everySeconds: 3_600 });
const beat = defineJob({ name: 'test-beat', description: 'Counts its runs.', everySeconds: 1 });
const orphan: Job = { name: 'test-orphan', description: 'Nobody does it.', everySeconds: 3_600 };
const runs: string[] = [];
let beats = 0;

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
class Heart {
  @JobHandler(beat)
  beat(): Promise<void> {
    beats += 1;
    return Promise.resolve();
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
  let outside: DataSource;
  const open: { module: TestingModule; source: DataSource }[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    outside = await createDataSource(database.url).initialize();
  });
  afterEach(async () => {
    for (const { module, source } of open.splice(0)) {
      await module.close().catch(() => undefined);
      await source.destroy();
    }
    await outside.query('TRUNCATE jobs');
    runs.length = 0;
    beats = 0;
  });
  afterAll(async () => {
    await outside.destroy();
    await database.drop();
  });

  /** One process with its own connections. */
  async function boot(providers: Type[] = [Cleaner, Heart], environment = {}): Promise<TestingModule> {
    const source = await createDataSource(database.url).initialize();
    const config = loadConfig({ NODE_ENV: 'test', DATABASE_URL: database.url, DATA_DIR: tmpdir(), ...environment });
    const redactor = new Redactor();

    @Module({ providers })
    class WorkersModule {}
    const module = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot(config),
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

  /** As if the last run were long ago. */
  async function makeDue(): Promise<void> {
    await outside.query(
      `INSERT INTO jobs AS known (name, last_run_at) VALUES ('test-clean', now() - interval '2 hours')
       ON CONFLICT (name) DO UPDATE SET last_run_at = excluded.last_run_at`,
    );
  }

  it('refuses to boot without a handler for each declared job', async () => {
    expect(declaredJobs()).toContain(clean);
    await expect(boot([Heart])).rejects.toThrow('The job "test-clean" has no handler.');
  });

  it('refuses to boot with two handlers for one job', async () => {
    await expect(boot([Cleaner, SecondCleaner, Heart])).rejects.toThrow('The job "test-clean" has two handlers.');
  });

  it('refuses to boot with a handler for a job that nobody declared', async () => {
    await expect(boot([Cleaner, Heart, Stranger])).rejects.toThrow('"test-orphan"');
  });

  it('H-24 runs a scheduled job once a period, with two replicas that look all the time', async () => {
    const startedAt = Date.now();
    await Promise.all([boot(), boot()]);
    await eventually(() => expect(beats).toBeGreaterThanOrEqual(3), 15_000);
    expect(beats).toBeLessThanOrEqual(Math.floor((Date.now() - startedAt) / 1_000));
  });

  it('H-24 runs a job whose period ended while no process lived, once', async () => {
    await makeDue();
    await Promise.all([boot(), boot()]);
    await eventually(() => expect(runs).toEqual(['started', 'done']));
    // Both have looked again by then.
    await delay(600);
    expect(runs).toHaveLength(2);
  });

  it('survives a job that fails, and runs it again when it is due', async () => {
    const module = await boot();
    const cleaner = module.get(Cleaner, { strict: false });
    cleaner.fails = true;
    expect(await module.get(JobRunner).run(clean)).toBe(false);
    cleaner.fails = false;
    await makeDue();
    await eventually(() => expect(runs).toEqual(['started', 'started', 'done']));
  });

  it('holds no connection while a job runs', async () => {
    const module = await boot();
    const { master } = module.get(DataSource).driver as unknown as { master: Pool };
    const running = module.get(JobRunner).run(clean);
    await eventually(() => expect(runs).toEqual(['started']));
    expect(master.totalCount - master.idleCount).toBe(0);
    await running;
  });

  it('runs nothing in a process that leaves jobs to a worker', async () => {
    await makeDue();
    await boot(undefined, { RUN_JOBS: 'false' });
    await delay(600);
    expect([runs, beats]).toEqual([[], 0]);
  });

  it('waits for a running job before it closes', async () => {
    const module = await boot();
    void module.get(JobRunner).run(clean);
    while (runs.length === 0) await delay(1);
    await module.close();
    expect(runs).toEqual(['started', 'done']);
  });
});
