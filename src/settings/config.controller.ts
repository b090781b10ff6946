import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { PUBLIC } from '#libs/access';
import { Endpoint, one } from '#libs/http';
import { PublicConfigDto } from './dto/settings.response.dto.js';
import { type PublicSettings, SettingsService } from './settings.service.js';

@ApiTags('Configuration')
@Controller('api/v1/config')
export class ConfigController {
  constructor(private readonly settings: SettingsService) {}

  @Get()
  @Endpoint({
    access: PUBLIC,
    summary: 'Read what anybody may know of this installation',
    returns: one(PublicConfigDto),
  })
  getPublicConfig(): PublicSettings {
    return this.settings.getPublic();
  }
}
