import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const read = (file: string): string => readFileSync(resolve(__dirname, '../..', file), 'utf8');

describe('what the pages name', () => {
  // The page is generated from the declarations in the code.
  const declared = new Set([
    // That of Node.js.
    'NODE_ENV',
    ...[...read('docs/configuration.md').matchAll(/^\| `([A-Z][A-Z0-9_]+)` \|/gm)].map(([, name = '']) => name),
  ]);
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

  it.each(['README.md', 'docs/accounts.md', 'docs/providers.md', 'docs/security.md', 'CONTRIBUTING.md'])(
    'are variables of the configuration and commands that there are: %s',
    (file) => {
      const page = read(file);
      const variables = [...page.matchAll(/`([A-Z][A-Z0-9]*_[A-Z0-9_]+)(?:=[^`]*)?`/g)].map(([, name = '']) => name);
      const commands = [...page.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
      expect(declared.size).toBeGreaterThan(50);
      expect(variables.filter((name) => !declared.has(name))).toEqual([]);
      expect(commands.filter((name) => !(name in scripts))).toEqual([]);
    },
  );
});
