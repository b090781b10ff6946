import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const read = (file: string): string => readFileSync(resolve(__dirname, '../..', file), 'utf8');

describe('the container', () => {
  it('runs the application with the flags that the launcher gives it', () => {
    const [, flags = ''] = /SERVING_FLAGS = \[([^\]]*)\]/.exec(read('scripts/lib/node.mjs')) ?? [];
    const [, command = '[]'] = /^CMD (.*)$/m.exec(read('Dockerfile')) ?? [];
    const expected = ['node', ...flags.split(', ').map((flag) => flag.replaceAll("'", '')), 'dist/src/main.js'];
    expect(JSON.parse(command)).toEqual(expected);
  });
});
