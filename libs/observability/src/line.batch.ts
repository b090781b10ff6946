/** Takes lines, each with its end: a stream, or what stands before one. */
export interface LineSink {
  write(line: string): unknown;
}

/**
 * Hands lines over together, once for each turn of the event loop: a write to the process's output is a system call
 * that everything waits for, whatever its length. A process that exits has written all of them.
 */
export function inBatches(out: LineSink): LineSink {
  let waiting = '';
  const flush = (): void => {
    if (waiting === '') return;
    const lines = waiting;
    waiting = '';
    out.write(lines);
  };
  process.on('exit', flush);
  return {
    write(line) {
      if (waiting === '') setImmediate(flush);
      waiting += line;
    },
  };
}
