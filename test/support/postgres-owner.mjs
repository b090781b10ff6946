// A process that owns an embedded PostgreSQL, to be killed by a test. Prints the connection string when it is ready.
// Run it with --experimental-transform-types: it is the sources that are tested, not a build of them.
import { registerHooks } from 'node:module';

registerHooks({
  resolve: (specifier, context, nextResolve) =>
    nextResolve(
      /^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL.endsWith('.ts')
        ? specifier.replace(/\.js$/, '.ts')
        : specifier,
      context,
    ),
});

const { EmbeddedPostgres } = await import('../../libs/database/src/embedded/index.ts');
const { url } = await EmbeddedPostgres.start({ dataDir: process.argv[2] });
process.stdout.write(`${url}\n`);
setInterval(() => undefined, 1_000);
