// A provider that answers at once with a fixed chat completion of about 300 bytes, or streams numbered events as the
// caller wishes; its cost is part of every figure.
import { createServer } from 'node:http';
import { MODEL, wishOf } from './requests.mjs';

const ANSWER = Buffer.from(
  JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: MODEL,
    choices: [
      { index: 0, message: { role: 'assistant', content: 'Hello there, how can I help?' }, finish_reason: 'stop' },
    ],
    usage: { prompt_tokens: 12, completion_tokens: 8, total_tokens: 20 },
  }),
);
const MODELS = Buffer.from(
  JSON.stringify({ object: 'list', data: [{ id: MODEL, object: 'model', created: 1, owned_by: 'bench' }] }),
);
const EVENT = `"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"${MODEL}"`;

const chunk = (content) => `data: {${EVENT},"choices":[{"index":0,"delta":{"content":"${content}"}}]}\n\n`;

/** As providers end: why, what it took, and that this is all. */
const ending = (events) =>
  `data: {${EVENT},"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n` +
  `data: {${EVENT},"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":${events},"total_tokens":${12 + events}}}\n\n` +
  'data: [DONE]\n\n';

/** Every event says its number and when it left, by the clock that all processes of a machine share. */
function stream(response, { events, everyMs, holds }) {
  let sent = 0;
  const next = () => response.write(chunk(`${sent++}:${process.hrtime.bigint() / 1_000n}`));
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  next();
  const timer = setInterval(() => {
    if (sent < events) return next();
    if (holds) return undefined;
    clearInterval(timer);
    return response.end(ending(sent));
  }, everyMs);
  response.once('close', () => clearInterval(timer));
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (data) => chunks.push(data));
  request.on('end', () => {
    const wish = wishOf(Buffer.concat(chunks));
    if (wish) return stream(response, wish);
    const body = request.method === 'GET' ? MODELS : ANSWER;
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    return response.end(body);
  });
});
server.keepAliveTimeout = 60_000;
server.requestTimeout = 0;
server.listen({ port: 0, host: '127.0.0.1', backlog: 10_000 }, () =>
  process.send({ url: `http://127.0.0.1:${server.address().port}` }),
);
process.on('disconnect', () => process.exit());
