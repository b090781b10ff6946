export { ConfigModule } from './config.module.js';
export { Config, ConfigError, loadConfig, readEnvironment } from './load.js';
export type { ConfigDescription, Environment } from './load.js';
export { platformConfig } from './platform.config.js';
export { PRODUCT } from './product.js';
export { PROFILES, profileOf } from './profile.js';
export type { Profile } from './profile.js';
export { PublicConfig } from './public-facts.js';
export type { PublicFacts, PublicIdentityProvider } from './public-facts.js';
export { configReference, configSummary, envExample } from './reference.js';
export { declaredSlices, defineConfig, InjectConfig } from './slice.js';
export type { ConfigOf, ConfigProblem, ConfigSlice } from './slice.js';
export {
  choice,
  flag,
  folder,
  integer,
  jsonDocument,
  jsonFile,
  list,
  ownSecret,
  port,
  RuleError,
  secret,
  text,
  url,
} from './variable.js';
export type { Hardening, Variable } from './variable.js';
