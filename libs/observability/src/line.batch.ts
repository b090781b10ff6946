import { Writable } from 'node:stream';

/**
 * Hands lines over together, once for each turn of the event loop: a write to the process's output is a system call
 * that everything waits for, whatever its length. A process that exits has written all of them.
 */
export function inBatches(out: NodeJS.WritableStream): Writable {
  let waiting = '';
  const flush = (): void => {
    if (waiting === '') return;
    const lines = waiting;
    waiting = '';
    out.write(lines);
  };
  process.on('exit', flush);
  return new Writable({
    decodeStrings: false,
    write: (line: string | Buffer, _encoding, done) => {
      if (waiting === '') setImmediate(flush);
      waiting += line.toString();
      done();
    },
    destroy: (error, done) => {
      process.off('exit', flush);
      flush();
      done(error);
    },
  });
}
