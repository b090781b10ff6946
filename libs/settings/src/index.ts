export { RuntimeSettings } from './runtime-settings.js';
export { RuntimeSettingsModule } from './runtime-settings.module.js';
export type { Setting } from './setting.js';
