// Only this check runs on any Node: what it loads afterwards uses the syntax of the oldest supported version.
var version = process.versions.node.split('.').map(Number);
if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
  console.error(
    'Sluice needs Node.js 20.19 or newer and this is ' +
      process.versions.node +
      ': install it from https://nodejs.org and try again.',
  );
  process.exit(1);
}

Promise.all([import('./lib/main.mjs'), import('./lib/start.mjs')]).then(function (modules) {
  return modules[0].main(modules[1].start);
});
