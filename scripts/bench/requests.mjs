export const MODEL = 'bench-model';

/** What callers ask, about 300 bytes. */
const QUESTION = {
  model: MODEL,
  messages: [
    { role: 'system', content: 'You are a helpful assistant who answers briefly.' },
    { role: 'user', content: 'Hello! Please introduce yourself in one short sentence.' },
  ],
  max_tokens: 64,
};
const STREAMS = Buffer.from('"stream":true');
const WISH = /"user":"(\d+) events every (\d+) ms(, then silence)?"/;

export const CHAT = JSON.stringify(QUESTION);

/** A question whose answer comes in events, the first at once; with `holds` nothing comes after the last one. */
export function streamed({ events, everyMs, holds = false }) {
  const user = `${events} events every ${everyMs} ms${holds ? ', then silence' : ''}`;
  return JSON.stringify({ ...QUESTION, max_tokens: 32_768, stream: true, user });
}

/** What a body wishes to be streamed, as `streamed` wrote it. */
export function wishOf(body) {
  if (!body.includes(STREAMS)) return undefined;
  const [, events, everyMs, silence] = WISH.exec(body.toString()) ?? [];
  return { events: Number(events), everyMs: Number(everyMs), holds: silence !== undefined };
}
