import { Global, Module } from '@nestjs/common';
import { RuntimeSettings } from './runtime-settings.js';
import { SettingsRepository } from './settings.repository.js';

/** Runtime settings, for every feature that has something to set. */
@Global()
@Module({ providers: [RuntimeSettings, SettingsRepository], exports: [RuntimeSettings] })
export class RuntimeSettingsModule {}
