import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal, recently } from '#libs/access';
import { Endpoint, IdParamDto, one, page, PageQueryDto } from '#libs/http';
import type { Page } from '#libs/kernel';
import { InviteDto } from './dto/invitation.request.dto.js';
import { InvitationDto, InvitationMadeDto } from './dto/invitation.response.dto.js';
import { InvitationsService } from './invitations.service.js';
import { invitationPermissions } from './registration.permissions.js';

@ApiTags('Auth')
@Controller('api/v1/admin/invitations')
export class AdminInvitationsController {
  constructor(private readonly invitations: InvitationsService) {}

  @Post()
  @Endpoint({
    access: recently(permitted(invitationPermissions.manage), 'administration'),
    summary: 'Invite somebody to make an account',
    description:
      'Good once, for seven days, for this address alone, also while registration is closed. It takes the place of what the address was invited with before.',
    status: 201,
    returns: one(InvitationMadeDto),
    errors: { 409: ['invitee_has_account'] },
  })
  createInvitation(@Actor() actor: Principal, @Body() wish: InviteDto): Promise<InvitationMadeDto> {
    return this.invitations.create(actor, wish);
  }

  @Get()
  @Endpoint({
    access: permitted(invitationPermissions.read),
    summary: 'Who was invited, the newest first',
    returns: page(InvitationDto),
  })
  listInvitations(@Actor() actor: Principal, @Query() query: PageQueryDto): Promise<Page<InvitationDto>> {
    return this.invitations.list(actor, query);
  }

  @Delete(':id')
  @Endpoint({
    access: permitted(invitationPermissions.manage),
    summary: 'Take an invitation back',
    errors: { 404: ['invitation_not_found'] },
  })
  revokeInvitation(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<void> {
    return this.invitations.revoke(actor, id);
  }
}
