// Preloaded into a process that runs a TypeScript file of the tests without a build.
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

registerHooks({
  resolve(specifier, context, nextResolve) {
    const lib = /^#libs\/([^/]+)$/.exec(specifier)?.[1];
    if (lib) return nextResolve(pathToFileURL(`${ROOT}/libs/${lib}/src/index.ts`).href, context);
    const ours = /^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL?.endsWith('.ts');
    return nextResolve(ours ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
