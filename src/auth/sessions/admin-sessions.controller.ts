import { Controller, Delete, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal } from '#libs/access';
import { Endpoint, IdParamDto, list } from '#libs/http';
import { userPermissions } from '../../users/users.permissions.js';
import { ListedSessionDto, SessionOfPersonDto } from '../dto/session.dto.js';
import { SessionAdministration } from './session.administration.js';
import type { SessionView } from './session.keeper.js';

@ApiTags('Users')
@Controller('api/v1/admin/users/:id/sessions')
export class AdminSessionsController {
  constructor(private readonly sessions: SessionAdministration) {}

  @Get()
  @Endpoint({
    access: permitted(userPermissions.read),
    summary: "A person's sessions",
    description: 'Those that go on, the newest first.',
    returns: list(ListedSessionDto),
    errors: { 404: ['user_not_found'] },
  })
  listUserSessions(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<SessionView[]> {
    return this.sessions.list(actor, id);
  }

  @Delete(':sessionId')
  @Endpoint({
    access: permitted(userPermissions.manage),
    summary: "End one of a person's sessions",
    errors: { 404: ['user_not_found', 'session_not_found'] },
  })
  endUserSession(@Actor() actor: Principal, @Param() { id, sessionId }: SessionOfPersonDto): Promise<void> {
    return this.sessions.endOne(actor, id, sessionId);
  }

  @Delete()
  @Endpoint({
    access: permitted(userPermissions.manage),
    summary: "End all of a person's sessions",
    errors: { 404: ['user_not_found'] },
  })
  endUserSessions(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<void> {
    return this.sessions.endAll(actor, id);
  }
}
