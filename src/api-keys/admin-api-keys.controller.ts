import { Controller, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal } from '#libs/access';
import { Endpoint, IdParamDto, one } from '#libs/http';
import { ApiKeySpending } from './api-key.spending.js';
import type { KeyBudgets } from './api-key.terms.js';
import { apiKeyPermissions } from './api-keys.permissions.js';
import { ApiKeyBudgetsDto } from './dto/api-key.response.dto.js';

@ApiTags('API keys')
@Controller('api/v1/admin/api-keys')
export class AdminApiKeysController {
  constructor(private readonly spending: ApiKeySpending) {}

  @Post(':id/reset-spend')
  @Endpoint({
    access: permitted(apiKeyPermissions.manage),
    summary: "Begin an API key's spending anew",
    description: 'A new period begins now; what was spent until then stays on record.',
    returns: one(ApiKeyBudgetsDto),
    errors: { 404: ['api_key_not_found'] },
  })
  resetApiKeySpend(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<KeyBudgets> {
    return this.spending.reset(actor, id);
  }
}
