// The floor: a proxy that reads and parses the body, passes it on, and does nothing else.
import { createServer } from 'node:http';
import { Pool } from 'undici';

const pool = new Pool(process.argv[2], { connections: 64, pipelining: 1 });

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    JSON.parse(body.toString());
    pool.stream(
      { path: request.url, method: request.method, headers: { 'content-type': 'application/json' }, body },
      ({ statusCode, headers }) => {
        response.writeHead(statusCode, {
          'content-type': headers['content-type'],
          'content-length': headers['content-length'],
        });
        return response;
      },
      (error) => error && response.destroy(),
    );
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
process.on('disconnect', () => process.exit());
