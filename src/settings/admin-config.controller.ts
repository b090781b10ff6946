import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal } from '#libs/access';
import type { ConfigDescription } from '#libs/config';
import { Endpoint, one } from '#libs/http';
import { AdminConfigDto } from './dto/settings.response.dto.js';
import { settingsPermissions } from './settings.permissions.js';
import { SettingsService } from './settings.service.js';

@ApiTags('Configuration')
@Controller('api/v1/admin/config')
export class AdminConfigController {
  constructor(private readonly settings: SettingsService) {}

  @Get()
  @Endpoint({
    access: permitted(settingsPermissions.read),
    summary: 'Read the configuration, with secrets masked',
    returns: one(AdminConfigDto),
  })
  getConfig(@Actor() actor: Principal): ConfigDescription {
    return this.settings.getAll(actor);
  }
}
