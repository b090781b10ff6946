import { Client } from 'pg';
import { newId } from '#libs/kernel';
import { migrationStates, revertMigrations, runMigrations } from '#libs/database';
import { migrations } from '../../migrations/index.js';
import { build, type Ended, runEntry } from '../support/built.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';
import { deferred } from '../support/deferred.js';
import { schemaOf } from '../support/schema.js';

const names = migrations.map(({ name }) => name);

describe('the migrations', () => {
  const databases: TestDatabase[] = [];
  afterAll(() => Promise.all(databases.map((database) => database.drop())));

  async function emptyDatabase(): Promise<string> {
    const database = await createEmptyDatabase();
    databases.push(database);
    return database.url;
  }

  it('H-14 give the same schema after up, down 1, up', async () => {
    const url = await emptyDatabase();
    expect(await runMigrations(url, migrations)).toEqual(names);
    const before = await schemaOf(url);
    expect(before.length).toBeGreaterThan(100);
    expect(await revertMigrations(url, migrations)).toEqual(names.slice(-1));
    expect(await schemaOf(url)).not.toEqual(before);
    expect(await runMigrations(url, migrations)).toEqual(names.slice(-1));
    expect(await schemaOf(url)).toEqual(before);
  });

  it('H-14 leave what replicas of the version before settle their calls with', async () => {
    const url = await emptyDatabase();
    await runMigrations(url, migrations);
    const db = new Client({ connectionString: url });
    await db.connect();
    const { rows } = await db.query(
      "SELECT to_regprocedure('charge_budget(uuid, uuid, timestamptz, numeric)') AS found",
    );
    await db.end();
    expect(rows).toEqual([{ found: 'charge_budget(uuid,uuid,timestamp with time zone,numeric)' }]);
  });

  it('H-14 put back what was taken from slices by mistake', async () => {
    const url = await emptyDatabase();
    await runMigrations(url, migrations.slice(0, names.indexOf('ChargeNoSliceThatIsGone1763650001000')));
    const db = new Client({ connectionString: url });
    await db.connect();
    const [budget, replica] = [newId(), newId()];
    await db.query("INSERT INTO budgets (id, scope, scope_id, amount, period) VALUES ($1, 'key', 'k', 1000, 'total')", [
      budget,
    ]);
    await db.query("INSERT INTO replicas (id, host, pid) VALUES ($1, 'h', 1)", [replica]);
    await db.query(
      "INSERT INTO budget_periods (budget_id, starts_at, ends_at, leased) VALUES ($1, now(), 'infinity', 40)",
      [budget],
    );
    await db.query('INSERT INTO budget_leases SELECT $1, budget_id, starts_at, 100 FROM budget_periods', [replica]);
    await runMigrations(url, migrations);
    const { rows } = await db.query('SELECT leased FROM budget_periods');
    await db.end();
    expect(rows).toEqual([{ leased: '100' }]);
  });

  it('H-14 look at no row of the ledger while they add columns to it, and have its checks hold in the end', async () => {
    const url = await emptyDatabase();
    const db = new Client({ connectionString: url });
    await db.connect();
    const unchecked = async (): Promise<number> => {
      const { rowCount } = await db.query(
        "SELECT FROM pg_constraint WHERE conrelid = 'usage_events'::regclass AND contype = 'c' AND NOT convalidated",
      );
      return rowCount ?? 0;
    };
    await runMigrations(url, migrations.slice(0, names.indexOf('CountSoundAndPictures1763650100000') + 1));
    expect(await unchecked()).toBe(5);
    await runMigrations(url, migrations);
    expect(await unchecked()).toBe(0);
    await db.end();
  });

  it('H-14 can be taken back one by one, each to the schema it found, down to nothing', async () => {
    const url = await emptyDatabase();
    const stages: string[][] = [];
    for (let count = 1; count <= migrations.length; count += 1) {
      await runMigrations(url, migrations.slice(0, count));
      stages.push(await schemaOf(url));
    }
    for (let count = migrations.length; count > 1; count -= 1) {
      expect(await revertMigrations(url, migrations.slice(0, count))).toEqual([names[count - 1]]);
      expect(await schemaOf(url)).toEqual(stages[count - 2]);
    }
    await revertMigrations(url, migrations);
    const left = (await schemaOf(url)).filter(
      (line) => !line.includes('schema_migrations') && !line.includes('plpgsql'),
    );
    expect(left).toEqual([]);
    expect(await revertMigrations(url, migrations)).toEqual([]);
    await runMigrations(url, migrations);
    expect(await schemaOf(url)).toEqual(stages.at(-1));
  });

  it('H-14 run once when several processes start at once', async () => {
    const url = await emptyDatabase();
    const done = await Promise.all([1, 2, 3, 4].map(() => runMigrations(url, migrations)));
    expect(done.filter((ran) => ran.length > 0)).toEqual([names]);
    expect(await migrationStates(url, migrations)).toEqual(names.map((name) => ({ name, applied: true })));
  });

  it('leave nothing behind of one that fails, and keep the ones before it', async () => {
    const url = await emptyDatabase();
    class Broken1999999999999 {
      readonly name = 'Broken1999999999999';
      async up(db: { query(sql: string): Promise<unknown> }): Promise<void> {
        await db.query('CREATE TABLE half_done (id int)');
        await db.query('SELECT no_such_function()');
      }
      async down(): Promise<void> {}
    }
    // TypeORM says it on the console as well.
    const silenced = jest.spyOn(console, 'log').mockImplementation();
    await expect(runMigrations(url, [...migrations, Broken1999999999999])).rejects.toThrow('no_such_function');
    silenced.mockRestore();
    const schema = await schemaOf(url);
    expect(schema.some((line) => line.includes('half_done'))).toBe(false);
    expect((await migrationStates(url, migrations)).every(({ applied }) => applied)).toBe(true);
    // The lock is free again.
    expect(await runMigrations(url, migrations)).toEqual([]);
  });

  it('may take as long as they need, and their state can be seen meanwhile', async () => {
    const url = await emptyDatabase();
    const [started, finish] = [deferred(), deferred()];
    let limit: unknown;
    class Slow1999999999998 {
      readonly name = 'Slow1999999999998';
      async up(db: { query(sql: string): Promise<unknown> }): Promise<void> {
        limit = await db.query('SHOW statement_timeout');
        started.resolve();
        await finish.promise;
      }
      async down(): Promise<void> {}
    }
    const running = runMigrations(url, [Slow1999999999998]);
    await started.promise;
    expect(await migrationStates(url, [Slow1999999999998])).toEqual([{ name: 'Slow1999999999998', applied: false }]);
    finish.resolve();
    expect(await running).toEqual(['Slow1999999999998']);
    expect(limit).toEqual([{ statement_timeout: '0' }]);
  });

  it('stand in the list in the order of their timestamps', () => {
    const stamps = names.map((name) => Number(/\d{13}$/.exec(name)?.[0]));
    expect(stamps).toEqual([...stamps].sort((a, b) => a - b));
    expect(new Set(stamps).size).toBe(stamps.length);
  });

  describe('from the command line', () => {
    let url: string;
    beforeAll(async () => {
      await build();
      url = await emptyDatabase();
    }, 180_000);

    const migrate = (...args: string[]): Promise<Ended> =>
      runEntry('migrate', args, { environment: { DATABASE_URL: url } });

    it('H-14 go up, down and up again', async () => {
      expect(await migrate('up')).toMatchObject({ code: 0, stdout: names.map((name) => `up    ${name}\n`).join('') });
      const before = await schemaOf(url);
      expect(await migrate('down', '2')).toMatchObject({
        code: 0,
        stdout: names
          .slice(-2)
          .toReversed()
          .map((name) => `down  ${name}\n`)
          .join(''),
      });
      const { stdout } = await migrate('status', '--json');
      expect(JSON.parse(stdout)).toEqual(names.map((name, at) => ({ name, applied: at < names.length - 2 })));
      expect((await migrate('status')).stdout).toContain(`pending  ${names.at(-1) ?? ''}`);
      expect(await migrate('up')).toMatchObject({ code: 0 });
      expect(await schemaOf(url)).toEqual(before);
      expect(await migrate('up')).toMatchObject({ code: 0, stdout: '', stderr: 'The schema was up to date.\n' });
    });

    it('H-14 run once when two processes start at once', async () => {
      const fresh = await emptyDatabase();
      const environment = { DATABASE_URL: fresh };
      const ended = await Promise.all([
        runEntry('migrate', ['up'], { environment }),
        runEntry('migrate', ['up'], { environment }),
      ]);
      expect(ended.map(({ code }) => code)).toEqual([0, 0]);
      expect(ended.map(({ stdout }) => stdout.split('\n').length - 1).sort((a, b) => a - b)).toEqual([0, names.length]);
    });

    it.each([
      ['nothing', []],
      ['an unknown command', ['sideways']],
      ['an unknown flag', ['up', '--hard']],
      ['no number', ['down', 'all']],
      ['zero', ['down', '0']],
      ['too much', ['up', '3']],
      ['JSON of what is no status', ['up', '--json']],
    ])('are explained after %s, and nothing is done', async (_, args) => {
      const { code, stdout, stderr } = await migrate(...args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/Usage|whole number/);
      expect(stderr).not.toContain('    at ');
    });

    it.each([
      ['up', 'could not be brought up to date'],
      ['down', 'could not be taken back'],
      ['status', 'could not be read'],
    ])('say in a sentence what %s could not do', async (command, sentence) => {
      const hostile = new Client({ connectionString: await emptyDatabase() });
      await hostile.connect();
      // A table in the way, which is not the one that lists migrations.
      await hostile.query('CREATE VIEW schema_migrations AS SELECT 1 AS nothing');
      await hostile.end();
      const environment = { DATABASE_URL: databases.at(-1)?.url ?? '' };
      const { code, stderr } = await runEntry('migrate', [command], { environment });
      expect(code).toBe(1);
      expect(stderr).toContain(sentence);
    });

    it('say in a sentence that the database is away, without its password', async () => {
      const environment = { DATABASE_URL: 'postgres://me:geheim-4711@127.0.0.1:9/nowhere' };
      const { code, stderr } = await runEntry('migrate', ['up'], { environment });
      expect(code).toBe(1);
      expect(stderr).toContain('127.0.0.1:9/nowhere');
      expect(stderr).not.toMatch(/geheim|    at /);
    });
  });
});
