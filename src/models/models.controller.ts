import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal } from '#libs/access';
import { Endpoint, one, page } from '#libs/http';
import type { Page } from '#libs/kernel';
import { ListModelsQueryDto, ModelParamDto } from './dto/model.request.dto.js';
import { ModelDto } from './dto/model.response.dto.js';
import { modelPermissions } from './models.permissions.js';
import { ModelsService } from './models.service.js';

@ApiTags('Models')
@Controller('api/v1/models')
export class ModelsController {
  constructor(private readonly models: ModelsService) {}

  @Get()
  @Endpoint({ access: permitted(modelPermissions.read), summary: 'The catalogue of models', returns: page(ModelDto) })
  listModels(@Actor() actor: Principal, @Query() query: ListModelsQueryDto): Promise<Page<ModelDto>> {
    return this.models.list(actor, query);
  }

  @Get(':id')
  @Endpoint({
    access: permitted(modelPermissions.read),
    summary: 'One model, with its prices and limits',
    description: 'A name with slashes is sent percent-encoded: `meta-llama%2Fllama-3`.',
    returns: one(ModelDto),
    errors: { 404: ['model_not_found'] },
  })
  getModel(@Actor() actor: Principal, @Param() { id }: ModelParamDto): Promise<ModelDto> {
    return this.models.get(actor, id);
  }

  @Get(':vendor/*')
  @ApiExcludeEndpoint()
  @Endpoint({
    access: permitted(modelPermissions.read),
    summary: 'One model whose name has slashes, written as it is',
    returns: one(ModelDto),
  })
  getModelByPath(
    @Actor() actor: Principal,
    @Param('vendor') vendor: string,
    @Param('*') rest: string,
  ): Promise<ModelDto> {
    return this.models.get(actor, `${vendor}/${rest}`);
  }
}
