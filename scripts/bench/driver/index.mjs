import { Failure } from '../../lib/say.mjs';
import { keepToLastCore } from '../cores.mjs';
import { announced, within } from '../stage.mjs';

/** The driver's process, as a function: `driver('atRate', wish, limitSeconds, onPhase)`. */
export async function startDriver(stage) {
  const child = stage.fork('scripts/bench/driver/driver.process.mjs');
  await announced(child);
  keepToLastCore(child.pid);
  let last = 0;
  const heard = new Map();
  child.setMaxListeners(0);
  child.on('message', (message) => heard.get(message.id)?.(message));
  return (command, wish, limitSeconds, onPhase = () => undefined) => {
    const id = ++last;
    return within(limitSeconds * 1_000, `The driver did not finish "${command}"`, (resolve, reject) => {
      heard.set(id, ({ phase, result, failure }) => {
        if (phase) return onPhase(phase);
        heard.delete(id);
        return failure ? reject(new Failure(`The driver failed at "${command}": ${failure}`)) : resolve(result);
      });
      child.once('exit', () => reject(new Failure(`The driver ended during "${command}".`)));
      child.send({ id, command, wish });
    });
  };
}
