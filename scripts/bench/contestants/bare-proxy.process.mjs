// The floor: a proxy that reads and parses the body, passes it on, and does nothing else.
import { createServer } from 'node:http';
import { Pool } from 'undici';

// Streams keep their connections, so there is one for each of them; otherwise 64 are used.
const pool = new Pool(process.argv[2], { connections: 2_048, pipelining: 1, bodyTimeout: 0 });

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    if (body.length > 0) JSON.parse(body.toString());
    pool.stream(
      {
        path: request.url,
        method: request.method,
        headers: { 'content-type': 'application/json' },
        body: body.length > 0 ? body : null,
      },
      ({ statusCode, headers }) => {
        const length = headers['content-length'];
        response.writeHead(statusCode, {
          'content-type': headers['content-type'],
          ...(length && { 'content-length': length }),
        });
        return response;
      },
      (error) => error && response.destroy(),
    );
  });
});
server.keepAliveTimeout = 60_000;
server.listen({ port: 0, host: '127.0.0.1', backlog: 10_000 }, () =>
  process.send({ url: `http://127.0.0.1:${server.address().port}` }),
);
process.on('disconnect', () => process.exit());
