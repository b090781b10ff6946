import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal } from '#libs/access';
import { Endpoint, IdParamDto, one, page } from '#libs/http';
import type { Page } from '#libs/kernel';
import { CreateTeamDto, ListTeamsQueryDto, UpdateTeamDto } from './dto/team.request.dto.js';
import { TeamDto } from './dto/team.response.dto.js';
import { teamPermissions } from './teams.permissions.js';
import { type LimitedTeamView, TeamsService } from './teams.service.js';

@ApiTags('Teams')
@Controller('api/v1/teams')
export class TeamsController {
  constructor(private readonly teams: TeamsService) {}

  @Get()
  @Endpoint({ access: permitted(teamPermissions.read), summary: 'Your teams', returns: page(TeamDto) })
  listTeams(@Actor() actor: Principal, @Query() query: ListTeamsQueryDto): Promise<Page<LimitedTeamView>> {
    return this.teams.list(actor, query);
  }

  @Get(':id')
  @Endpoint({
    access: permitted(teamPermissions.read),
    summary: 'One of your teams',
    returns: one(TeamDto),
    errors: { 404: ['team_not_found'] },
  })
  getTeam(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<LimitedTeamView> {
    return this.teams.get(actor, id);
  }

  @Post()
  @Endpoint({
    access: permitted(teamPermissions.write),
    summary: 'Make a team',
    description: 'You become its owner.',
    status: 201,
    returns: one(TeamDto),
    errors: { 409: ['team_slug_taken'] },
  })
  createTeam(@Actor() actor: Principal, @Body() team: CreateTeamDto): Promise<LimitedTeamView> {
    return this.teams.create(actor, team);
  }

  @Patch(':id')
  @Endpoint({
    access: permitted(teamPermissions.write),
    summary: 'Change a team',
    returns: one(TeamDto),
    errors: { 404: ['team_not_found'], 409: ['team_slug_taken'] },
  })
  updateTeam(
    @Actor() actor: Principal,
    @Param() { id }: IdParamDto,
    @Body() changes: UpdateTeamDto,
  ): Promise<LimitedTeamView> {
    return this.teams.update(actor, id, changes);
  }

  @Delete(':id')
  @Endpoint({
    access: permitted(teamPermissions.write),
    summary: 'Delete a team',
    description: 'Its members lose what they had through it. The default team stays.',
    errors: { 400: ['team_is_default'], 404: ['team_not_found'] },
  })
  deleteTeam(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<void> {
    return this.teams.delete(actor, id);
  }
}
