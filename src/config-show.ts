import { loadConfig, readEnvironment } from '#libs/config';
import { AppModule } from './app.module.js';
import { expectNoArguments, print, runTool } from './boot/tool.js';

/** Prints the configuration as the application would run with it, secrets masked: `npm run config:show`. */
runTool((argv) => {
  expectNoArguments('config:show', argv);
  // What is shown is what the features declare, and they do when the composition root is loaded.
  void AppModule;
  print(JSON.stringify(loadConfig(readEnvironment()).describe(), null, 2));
});
