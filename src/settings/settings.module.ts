import { Module } from '@nestjs/common';
import { AdminConfigController } from './admin-config.controller.js';
import { BrandingController } from './branding.controller.js';
import { BrandingService } from './branding.service.js';
import { ConfigController } from './config.controller.js';
import { SettingsService } from './settings.service.js';

/** What the installation is, how it is configured, and what is set while it runs. */
@Module({
  controllers: [ConfigController, AdminConfigController, BrandingController],
  providers: [SettingsService, BrandingService],
})
export class SettingsModule {}
