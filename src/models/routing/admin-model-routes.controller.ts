import { Body, Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal } from '#libs/access';
import { Endpoint, list, one } from '#libs/http';
import { ModelParamDto } from '../dto/model.request.dto.js';
import { AliasParamDto, SetAliasDto, SetFallbacksDto } from '../dto/model-route.request.dto.js';
import { ModelAliasDto, ModelFallbacksDto } from '../dto/model-route.response.dto.js';
import { modelPermissions } from '../models.permissions.js';
import type { ModelAlias } from './model-routes.repository.js';
import { ModelRoutesService } from './model-routes.service.js';

const READ = permitted(modelPermissions['read-routes']);
const WRITE = permitted(modelPermissions['set-routes']);

@ApiTags('Models')
@Controller('api/v1/admin')
export class AdminModelRoutesController {
  constructor(private readonly routes: ModelRoutesService) {}

  @Get('model-aliases')
  @Endpoint({ access: READ, summary: 'The other names of models', returns: list(ModelAliasDto) })
  listModelAliases(@Actor() actor: Principal): Promise<ModelAlias[]> {
    return this.routes.aliases(actor);
  }

  @Put('model-aliases/:alias')
  @Endpoint({
    access: WRITE,
    summary: 'Give a model another name, or a name another model',
    description: 'Whoever may call the model may call it by this name too.',
    returns: one(ModelAliasDto),
    errors: { 404: ['model_not_found'], 409: ['model_alias_taken'] },
  })
  setModelAlias(
    @Actor() actor: Principal,
    @Param() { alias }: AliasParamDto,
    @Body() { modelId }: SetAliasDto,
  ): Promise<ModelAlias> {
    return this.routes.setAlias(actor, alias, modelId);
  }

  @Delete('model-aliases/:alias')
  @Endpoint({ access: WRITE, summary: "Take a model's other name away", errors: { 404: ['model_alias_not_found'] } })
  removeModelAlias(@Actor() actor: Principal, @Param() { alias }: AliasParamDto): Promise<void> {
    return this.routes.removeAlias(actor, alias);
  }

  @Get('models/:id/fallbacks')
  @Endpoint({
    access: READ,
    summary: 'What stands in for a model',
    returns: one(ModelFallbacksDto),
    errors: { 404: ['model_not_found'] },
  })
  getModelFallbacks(@Actor() actor: Principal, @Param() { id }: ModelParamDto): Promise<ModelFallbacksDto> {
    return this.routes.fallbacks(actor, id);
  }

  @Put('models/:id/fallbacks')
  @Endpoint({
    access: WRITE,
    summary: 'Say what stands in for a model',
    description:
      'When the provider of the model cannot answer, these do, in this order, for everybody who may call the model. The call is rated as the model that answered.',
    returns: one(ModelFallbacksDto),
    errors: { 400: ['model_fallback_invalid'], 404: ['model_not_found'] },
  })
  setModelFallbacks(
    @Actor() actor: Principal,
    @Param() { id }: ModelParamDto,
    @Body() { fallbackIds }: SetFallbacksDto,
  ): Promise<ModelFallbacksDto> {
    return this.routes.setFallbacks(actor, id, fallbackIds);
  }
}
