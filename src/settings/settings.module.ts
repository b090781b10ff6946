import { Module } from '@nestjs/common';
import { AdminConfigController } from './admin-config.controller.js';
import { ConfigController } from './config.controller.js';
import { SettingsService } from './settings.service.js';

/** What the installation is, and how it is configured. */
@Module({ controllers: [ConfigController, AdminConfigController], providers: [SettingsService] })
export class SettingsModule {}
