import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import type { TestServer } from './database.js';

declare global {
  var sluiceTestServer: TestServer | undefined;
}

/** Runs once, before all test files. */
export default async function setup(): Promise<void> {
  resolveSources();
  const { startTestServer } = await import('./database.js');
  globalThis.sluiceTestServer = await startTestServer();
}

/** Jest's moduleNameMapper serves the tests alone; here Node itself resolves, and must find the sources too. */
function resolveSources(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const lib = /^#libs\/([^/]+)$/.exec(specifier)?.[1];
      if (lib) return nextResolve(resolve('libs', lib, 'src', 'index.ts'), context);
      const ours = /^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL?.endsWith('.ts');
      return nextResolve(ours ? specifier.replace(/\.js$/, '.ts') : specifier, context);
    },
  });
}
