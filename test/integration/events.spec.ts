import { Injectable, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import type { DataSource } from 'typeorm';
import { createDataSource, UnitOfWork } from '#libs/database';
import { DomainEvent, EventBus, EventsModule, OnEvent } from '#libs/events';
import { createLogger, NestLogger, Redactor } from '#libs/observability';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { testDatabaseModule } from '../support/database.module.js';

class Happened extends DomainEvent {
  constructor(readonly what: string) {
    super();
  }
}
class HappenedBadly extends Happened {}

@Injectable()
class Listener {
  readonly heard: string[] = [];
  fails = false;

  constructor(private readonly work: UnitOfWork) {}

  @OnEvent(Happened, 'in-transaction')
  async write(event: Happened): Promise<void> {
    if (event.what === 'refused') throw new Error('refused by a listener');
    await this.work.manager.query('INSERT INTO notes VALUES ($1)', [event.what]);
  }

  @OnEvent(Happened, 'after-commit')
  async hear({ what }: Happened): Promise<void> {
    const rows: unknown[] = await this.work.manager.query('SELECT 1 FROM notes WHERE what = $1', [what]);
    this.heard.push(`${what}: ${rows.length} visible, transaction ${this.work.isOpen ? 'open' : 'closed'}`);
    if (this.fails) throw new Error('a broken listener');
  }

  @OnEvent(HappenedBadly, 'after-commit')
  hearBad({ what }: HappenedBadly): void {
    this.heard.push(`bad ${what}`);
  }
}

describe('the event bus', () => {
  let database: TestDatabase;
  let source: DataSource;
  let module: TestingModule;
  let bus: EventBus;
  let work: UnitOfWork;
  let listener: Listener;

  beforeAll(async () => {
    database = await createTestDatabase();
    source = await createDataSource(database.url).initialize();
    await source.query('CREATE TABLE notes (what text)');

    @Module({ providers: [Listener] })
    class ListenerModule {}
    module = await Test.createTestingModule({
      imports: [testDatabaseModule(source), EventsModule, ListenerModule],
    })
      .setLogger(new NestLogger(createLogger('silent', new Redactor())))
      .compile();
    await module.init();
    bus = module.get(EventBus);
    work = module.get(UnitOfWork);
    listener = module.get(Listener, { strict: false });
  });
  afterAll(async () => {
    await module.close();
    await source.destroy();
    await database.drop();
  });
  beforeEach(async () => {
    await source.query('TRUNCATE notes');
    listener.heard.length = 0;
    listener.fails = false;
  });

  const notes = (): Promise<unknown> => source.query('SELECT what FROM notes');

  it('tells listeners in the transaction at once, and the others after the commit', async () => {
    await work.run(async () => {
      await bus.publish(new Happened('a'));
      expect(await work.manager.query('SELECT what FROM notes')).toEqual([{ what: 'a' }]);
      expect(await notes()).toEqual([]);
      expect(listener.heard).toEqual([]);
    });
    expect(await notes()).toEqual([{ what: 'a' }]);
    await eventually(() => expect(listener.heard).toEqual(['a: 1 visible, transaction closed']));
  });

  it('is silent about what was rolled back', async () => {
    const attempt = work.run(async () => {
      await bus.publish(new Happened('a'));
      throw new Error('no');
    });
    await expect(attempt).rejects.toThrow('no');
    // What is committed later is heard; had the first been heard, it would stand before it.
    await bus.publish(new Happened('b'));
    await eventually(() => expect(listener.heard).toEqual(['b: 1 visible, transaction closed']));
    expect(await notes()).toEqual([{ what: 'b' }]);
  });

  it('takes the change back when a listener in the transaction fails', async () => {
    const attempt = work.run(async () => {
      await work.manager.query("INSERT INTO notes VALUES ('the change')");
      await bus.publish(new Happened('refused'));
    });
    await expect(attempt).rejects.toThrow('refused by a listener');
    expect(await notes()).toEqual([]);
  });

  it('does not let a listener after the commit fail the publisher', async () => {
    listener.fails = true;
    await expect(bus.publish(new Happened('a'))).resolves.toBeUndefined();
    await eventually(() => expect(listener.heard).toHaveLength(1));
    expect(await notes()).toEqual([{ what: 'a' }]);
  });

  it('tells subscribers of a class of everything derived from it, and not the other way round', async () => {
    await bus.publish(new HappenedBadly('a'));
    await bus.publish(new Happened('b'));
    await eventually(() =>
      expect([...listener.heard].sort()).toEqual([
        'a: 1 visible, transaction closed',
        'b: 1 visible, transaction closed',
        'bad a',
      ]),
    );
  });
});
