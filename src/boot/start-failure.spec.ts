import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { migrateSchema } from './schema.js';
import { databaseFailure, listenFailure, StartFailure } from './start-failure.js';

const STOPPED = { stop: () => Promise.resolve() };

function failed(code: string, more: object = {}): Error {
  return Object.assign(new Error(code), { code, ...more });
}

describe('what stops the start', () => {
  let web: Server;
  beforeAll(async () => {
    web = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(web, 'listening');
  });
  afterAll(() => {
    web.closeAllConnections();
    web.close();
  });

  it('is told when what listens at DATABASE_URL is not PostgreSQL', async () => {
    const { port } = web.address() as AddressInfo;
    const url = `postgres://sluice:secret@127.0.0.1:${port}/sluice`;
    const failure = await migrateSchema({ url, ...STOPPED }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartFailure);
    expect((failure as Error).message).toMatch(/^The database at 127\.0\.0\.1:\d+\/sluice .*not.* PostgreSQL\. Check/);
    expect((failure as Error).message).not.toContain('secret');
  });

  it('is told of the embedded database by its folder: nobody has set an address', () => {
    const server = { url: 'postgres://sluice:secret@127.0.0.1:41234/sluice', folder: '.sluice/postgres' };
    const { message } = databaseFailure(failed('28P01'), server);
    expect(message).toContain('The database in .sluice/postgres cannot be used: the password is wrong.');
    expect(message).toContain('.sluice/postgres.password');
    expect(databaseFailure(failed('57P03'), server).message).toContain('Look at .sluice/postgres.log.');
    expect(message).not.toMatch(/DATABASE_URL|secret|41234/);
  });

  it('is told of a HOST that no name service knows, and of no other name', () => {
    const unknown = (hostname: string) => failed('ENOTFOUND', { hostname });
    const told = listenFailure(unknown('nosuchhost.invalid'), 'nosuchhost.invalid', 3_000);
    expect((told as Error).message).toBe(
      'HOST is nosuchhost.invalid, which no name service knows. Set it to an address of this machine.',
    );
    const other = unknown('redis.invalid');
    expect(listenFailure(other, '127.0.0.1', 3_000)).toBe(other);
  });
});
