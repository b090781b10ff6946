import { request } from 'node:http';
import { streamed } from '../requests.mjs';

/** How many streams are begun at a time. */
const AT_ONCE = 100;
const LIMIT_MS = 30_000;
const BODY = streamed({ events: 1, everyMs: 60_000, holds: true });

const open = new Set();

/** Opens streams of which each brings one event and then nothing. @returns how many are open, and how many failed */
export async function holdIdle({ url, headers, count }) {
  let failed = 0;
  for (let begun = 0; begun < count; begun += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - begun) }, () => begin(url, headers));
    for (const ok of await Promise.all(some)) if (!ok) failed += 1;
  }
  return { open: open.size, failed };
}

/** @returns how many were still open */
export function releaseIdle() {
  const still = open.size;
  for (const call of open) call.destroy();
  open.clear();
  return { still };
}

/** Resolves with the first event. */
function begin(url, headers) {
  return new Promise((resolve) => {
    const call = request(`${url}/v1/chat/completions`, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json', ...headers },
    });
    const timer = setTimeout(() => call.destroy(new Error('It did not begin.')), LIMIT_MS);
    const gone = () => {
      clearTimeout(timer);
      open.delete(call);
      resolve(false);
    };
    call.once('response', (answer) => {
      answer.once('data', () => {
        clearTimeout(timer);
        if (answer.statusCode === 200) open.add(call);
        resolve(answer.statusCode === 200);
      });
      answer.once('close', gone);
      answer.on('error', gone);
    });
    call.on('error', gone);
    call.end(BODY);
  });
}
