import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal, PUBLIC } from '#libs/access';
import { Endpoint, one } from '#libs/http';
import { type Branding, BrandingService } from './branding.service.js';
import { BrandingDto, SetBrandingDto } from './dto/branding.dto.js';
import { settingsPermissions } from './settings.permissions.js';

@ApiTags('Configuration')
@Controller('api/v1/branding')
export class BrandingController {
  constructor(private readonly branding: BrandingService) {}

  @Get()
  @Endpoint({ access: PUBLIC, summary: 'How the installation presents itself', returns: one(BrandingDto) })
  getBranding(): Promise<Branding> {
    return this.branding.get();
  }

  @Patch()
  @Endpoint({
    access: permitted(settingsPermissions.write),
    summary: 'Change how the installation presents itself',
    description: 'Every replica follows within a second.',
    returns: one(BrandingDto),
  })
  setBranding(@Actor() actor: Principal, @Body() wish: SetBrandingDto): Promise<Branding> {
    return this.branding.set(actor, wish);
  }
}
