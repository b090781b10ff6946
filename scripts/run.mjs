// `npm run migrate`, `npm run db:seed`, `npm run config:show`: installs and builds what is missing, then runs a tool of the
// application. Standard output is the tool's own.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './lib/build.mjs';
import { installDependencies } from './lib/install.mjs';
import { main } from './lib/main.mjs';
import { pinnedNode } from './lib/node.mjs';
import { ROOT } from './lib/paths.mjs';
import { run } from './lib/processes.mjs';
import { Failure } from './lib/say.mjs';

await main(async ([tool = '', ...argv]) => {
  await installDependencies();
  await build();
  const entry = join(ROOT, 'dist', 'src', `${tool}.js`);
  if (!existsSync(entry)) throw new Failure(`There is no tool "${tool}".`, 2);
  return run(pinnedNode(), ['--enable-source-maps', entry, ...argv], { cwd: ROOT, stdio: 'inherit' });
});
