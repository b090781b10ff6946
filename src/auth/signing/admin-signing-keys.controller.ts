import { Body, Controller, Get, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal, recently } from '#libs/access';
import { Endpoint, list } from '#libs/http';
import { RotateSigningKeyDto, SigningKeyDto } from './dto/signing-key.dto.js';
import { signingPermissions } from './signing.permissions.js';
import { type SigningKeyView, SigningRotation } from './signing.rotation.js';

@ApiTags('Auth')
@Controller('api/v1/admin/signing-keys')
export class AdminSigningKeysController {
  constructor(private readonly rotation: SigningRotation) {}

  @Get()
  @Endpoint({
    access: permitted(signingPermissions.read),
    summary: 'List the keys that access tokens are signed with',
    returns: list(SigningKeyDto),
  })
  listSigningKeys(): SigningKeyView[] {
    return this.rotation.list();
  }

  @Post('rotate')
  @Endpoint({
    access: recently(permitted(signingPermissions.rotate), 'administration'),
    summary: 'Give the key that signs access tokens a successor',
    description: 'It happens by itself every 30 days. The new key is published for ten minutes before it signs.',
    status: 200,
    returns: list(SigningKeyDto),
  })
  rotateSigningKey(@Actor() actor: Principal, @Body() wish: RotateSigningKeyDto): Promise<SigningKeyView[]> {
    return this.rotation.rotate(actor, wish);
  }
}
