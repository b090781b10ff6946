/** What callers ask, about 300 bytes. */
const QUESTION = {
  model: 'bench-model',
  messages: [
    { role: 'system', content: 'You are a helpful assistant who answers briefly.' },
    { role: 'user', content: 'Hello! Please introduce yourself in one short sentence.' },
  ],
  max_tokens: 64,
};

export const CHAT = JSON.stringify(QUESTION);
