// Loaded into a process before the product (`--import`, with `--expose-gc` and an IPC channel): counts what could be
// left behind by a call. Tells it whenever its parent asks, and once more when the process ends.
import { createHook } from 'node:async_hooks';
import { EventEmitter, getEventListeners } from 'node:events';
import { writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

const open = new Map();
createHook({
  init: (id, type) => void (/^(?:Timeout|.*WRAP|FSREQCALLBACK)$/.test(type) && open.set(id, type)),
  destroy: (id) => void open.delete(id),
}).enable();

const heard = new Set();
const known = new WeakSet();

/** Whoever ever got a listener, as long as somebody else keeps it alive. */
function remember(target) {
  if (known.has(target)) return;
  known.add(target);
  heard.add(new WeakRef(target));
}

function watch(prototype, names) {
  for (const name of names) {
    const original = prototype[name];
    prototype[name] = function (...args) {
      remember(this);
      return original.apply(this, args);
    };
  }
}
watch(EventEmitter.prototype, ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener']);
const types = new WeakMap();
const listen = Object.getOwnPropertyDescriptor(EventTarget.prototype, 'addEventListener').value;
EventTarget.prototype.addEventListener = function (type, ...rest) {
  remember(this);
  types.set(this, (types.get(this) ?? new Set()).add(type));
  return listen.call(this, type, ...rest);
};

function listeners() {
  let count = 0;
  for (const reference of heard) {
    const target = reference.deref();
    if (target === undefined) heard.delete(reference);
    else if (target instanceof EventEmitter)
      for (const name of target.eventNames()) count += target.listenerCount(name);
    else for (const type of types.get(target) ?? []) count += getEventListeners(target, type).length;
  }
  return count;
}

function handles() {
  const counts = {};
  for (const type of open.values()) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

async function measure() {
  for (let i = 0; i < 3; i += 1) {
    await setImmediate();
    globalThis.gc();
  }
  const { Timeout: timers = 0, ...others } = handles();
  return {
    timers,
    handles: Object.values(others).reduce((sum, count) => sum + count, 0),
    byType: others,
    listeners: listeners(),
    heapBytes: process.memoryUsage().heapUsed,
  };
}

/** How large the heap becomes, as a multiple of what lives in it, while as much again dies old, over and over. */
async function litter() {
  globalThis.gc();
  const alive = process.memoryUsage().heapUsed;
  let most = 0;
  for (let round = 0; round < 100; round += 1) {
    const dead = Array.from({ length: 50_000 }, (_, n) => ({ n, list: [n] }));
    globalThis.gc({ type: 'minor' });
    globalThis.gc({ type: 'minor' });
    most = Math.max(most, process.memoryUsage().heapUsed);
    dead.length = 0;
    await setImmediate();
  }
  return most / alive;
}

const ANSWERS = { measure, litter };
process.on('message', (question) => void ANSWERS[question]().then((answer) => process.send(answer)));
process.channel?.unref();
process.on('exit', () => void writeSync(2, `\nleft: ${JSON.stringify(handles())}\n`));
