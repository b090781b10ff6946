import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GuardedFetch, type GuardedFetchOptions } from './guarded.fetch.js';

describe('the guarded fetch', () => {
  let server: Server;
  let url: string;
  let requests = 0;
  const open: GuardedFetch[] = [];

  const answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
    '/echo': (request, response) => {
      response.setHeader('x-agent', request.headers['user-agent'] ?? '');
      response.setHeader('x-encoding', request.headers['accept-encoding'] ?? '');
      request.pipe(response);
    },
    '/moved': (_, response) => response.writeHead(302, { location: `${url}/echo` }).end('gone'),
    '/nothing': (_, response) => response.writeHead(204).end(),
    '/large': (_, response) => response.end('x'.repeat(2_000)),
    '/endless': (_, response) => {
      const timer = setInterval(() => response.write('x'.repeat(500)), 1);
      response.once('close', () => clearInterval(timer));
    },
    '/silent': () => undefined,
    '/slow': (_, response) => void response.write('a'),
    '/broken': (_, response) => response.destroy(),
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      requests += 1;
      answers[request.url ?? '']?.(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await Promise.all(open.map((each) => each.close()));
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function guarded(more: Partial<GuardedFetchOptions> = {}): GuardedFetch {
    const fetch = new GuardedFetch({ allowPrivate: true, timeoutMs: 5_000, mostBytes: 1_000, ...more });
    open.push(fetch);
    return fetch;
  }

  it('sends and reads what it is told, uncompressed', async () => {
    const response = await guarded().fetch(`${url}/echo`, { method: 'POST', body: new URLSearchParams({ a: 'b c' }) });
    expect([response.status, await response.text()]).toEqual([200, 'a=b+c']);
    expect([response.headers.get('x-agent'), response.headers.get('x-encoding')]).toEqual(['sluice', 'identity']);
    expect((await guarded().fetch(`${url}/nothing`)).status).toBe(204);
  });

  it('follows no redirect', async () => {
    const before = requests;
    const response = await guarded().fetch(`${url}/moved`);
    expect([response.status, response.headers.get('location')]).toEqual([302, `${url}/echo`]);
    expect(requests).toBe(before + 1);
  });

  it.each(['/large', '/endless'])('reads no more than it may (%s)', async (path) => {
    await expect(guarded().fetch(url + path)).rejects.toMatchObject({ kind: 'too_large' });
  });

  it.each(['/silent', '/slow'])('waits no longer than it may (%s)', async (path) => {
    await expect(guarded({ timeoutMs: 100 }).fetch(url + path)).rejects.toMatchObject({ kind: 'timeout' });
  });

  it('tells that nobody is there, and that the line was cut', async () => {
    await expect(guarded().fetch('http://127.0.0.1:9/')).rejects.toMatchObject({ kind: 'connect' });
    await expect(guarded().fetch(`${url}/broken`)).rejects.toMatchObject({ kind: 'reset' });
  });

  it('dials nobody inside who was not allowed, by number or by name', async () => {
    const before = requests;
    const outside = guarded({ allowPrivate: false });
    const inDisguise = guarded({
      allowPrivate: false,
      resolve: (_, __, done) =>
        done(null, [
          { address: '93.184.215.14', family: 4 },
          { address: '127.0.0.1', family: 4 },
        ]),
    });
    await expect(outside.fetch(`${url}/echo`)).rejects.toMatchObject({ reason: 'address_refused' });
    await expect(inDisguise.fetch(`http://id.example.com:${new URL(url).port}/echo`)).rejects.toMatchObject({
      reason: 'address_refused',
    });
    await expect(guarded().fetch('http://169.254.169.254/latest/meta-data')).rejects.toMatchObject({
      reason: 'address_refused',
    });
    expect(requests).toBe(before);
  });
});
