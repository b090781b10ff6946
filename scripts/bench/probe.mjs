// Loaded into Sluice's process before anything else. It answers two questions of the benchmark: what lies in memory
// after a collection, and where the time goes between two messages. It costs nothing until it is asked.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

const session = new Session();

const ANSWERS = {
  memory: () => {
    globalThis.gc?.();
    return process.memoryUsage();
  },
  'profile-start': async () => {
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 500 });
    await session.post('Profiler.start');
  },
  'profile-stop': async ({ file }) => {
    const { profile } = await session.post('Profiler.stop');
    writeFileSync(file, JSON.stringify(profile));
    session.disconnect();
  },
};

async function answerTo(message) {
  const answer = ANSWERS[message?.probe];
  if (answer) process.send({ probe: message.probe, answer: await answer(message) });
}

process.on('message', (message) => void answerTo(message));
process.channel?.unref();
// Whoever measures is gone.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
