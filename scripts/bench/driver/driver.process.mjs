// The caller of everything but saturation, in a process of its own. It does what messages say, one after the other
// or at once, and answers each with what it saw.
import { atRate } from './at-rate.mjs';
import { holdIdle, releaseIdle } from './idle.mjs';
import { signIns } from './sign-ins.mjs';
import { openStreams } from './streams.mjs';
import { manyConnections } from './connections.mjs';

const COMMANDS = { atRate, openStreams, holdIdle, releaseIdle, manyConnections, signIns };

async function obey({ id, command, wish }) {
  try {
    const tell = (phase) => process.send({ id, phase });
    process.send({ id, result: await COMMANDS[command](wish, tell) });
  } catch (error) {
    process.send({ id, failure: error.stack });
  }
}

process.on('message', (message) => void obey(message));
process.on('disconnect', () => process.exit());
process.send({ ready: true });
