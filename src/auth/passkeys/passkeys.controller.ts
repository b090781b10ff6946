import { Body, Controller, Delete, Get, Param, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, bySession, despite, DUTIES, type Principal, recently, SIGNED_IN } from '#libs/access';
import { Endpoint, IdParamDto, list, one } from '#libs/http';
import { AddPasskeyDto, BeginPasskeyDto, RenamePasskeyDto } from './dto/passkeys.request.dto.js';
import { AddedPasskeyDto, PasskeyDto, PasskeyOptionsDto } from './dto/passkeys.response.dto.js';
import { FromWhere, type Whence } from '../sessions/whence.decorator.js';
import type { PasskeyEntity } from './passkey.entity.js';
import { PasskeyKeeping } from './passkey.keeping.js';
import { type AddedPasskey, PasskeyRegistration } from './passkey.registration.js';

const OPEN = bySession(despite(SIGNED_IN, ...DUTIES));

@ApiTags('Passkeys')
@Controller('api/v1/auth/passkeys')
export class PasskeysController {
  constructor(
    private readonly registration: PasskeyRegistration,
    private readonly keeping: PasskeyKeeping,
  ) {}

  @Get()
  @Endpoint({ access: OPEN, summary: 'Your passkeys', returns: list(PasskeyDto) })
  listPasskeys(@Actor() actor: Principal): Promise<PasskeyEntity[]> {
    return this.keeping.list(actor);
  }

  @Post('options')
  @Endpoint({
    access: recently(OPEN, 'identity'),
    summary: 'Begin to register a passkey',
    description: 'Takes your password.',
    status: 200,
    returns: one(PasskeyOptionsDto),
    errors: {
      400: ['password_required', 'wrong_password'],
      423: ['account_locked'],
      429: ['rate_limited'],
      503: ['sign_in_busy'],
    },
  })
  beginPasskey(
    @Actor() actor: Principal,
    @Body() { password }: BeginPasskeyDto,
    @FromWhere() whence: Whence,
  ): Promise<PasskeyOptionsDto> {
    return this.registration.options(actor, password, whence);
  }

  @Post()
  @Endpoint({
    access: recently(OPEN, 'identity'),
    summary: 'Register a passkey',
    description:
      'It signs you in alone, or comes after another proof. Other sessions that were opened without a second factor end.',
    status: 201,
    returns: one(AddedPasskeyDto),
    errors: { 400: ['passkey_not_made'], 409: ['passkey_taken', 'too_many_passkeys'] },
  })
  addPasskey(@Actor() actor: Principal, @Body() wish: AddPasskeyDto): Promise<AddedPasskey> {
    return this.registration.add(actor, wish);
  }

  @Patch(':id')
  @Endpoint({
    access: OPEN,
    summary: 'Rename a passkey',
    returns: one(PasskeyDto),
    errors: { 404: ['passkey_not_found'] },
  })
  renamePasskey(
    @Actor() actor: Principal,
    @Param() { id }: IdParamDto,
    @Body() { name }: RenamePasskeyDto,
  ): Promise<PasskeyEntity> {
    return this.keeping.rename(actor, id, name);
  }

  @Delete(':id')
  @Endpoint({
    access: recently(OPEN, 'identity'),
    summary: 'Remove a passkey',
    description: 'Other sessions that were opened with a passkey end. The last way to sign in cannot be taken away.',
    errors: { 404: ['passkey_not_found'], 409: ['last_way_in'] },
  })
  removePasskey(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<void> {
    return this.keeping.remove(actor, id);
  }
}
