import { Controller, Delete, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal, recently } from '#libs/access';
import { Endpoint, IdParamDto } from '#libs/http';
import { userPermissions } from '../../users/users.permissions.js';
import { ResetSecondFactorsDto } from './dto/second-factors.request.dto.js';
import { FactorAdministration } from './factor.administration.js';

@ApiTags('Users')
@Controller('api/v1/admin/users/:id/second-factors')
export class AdminSecondFactorsController {
  constructor(private readonly factors: FactorAdministration) {}

  @Delete()
  @Endpoint({
    access: recently(permitted(userPermissions.manage), 'administration'),
    summary: "Remove a person's second factors",
    description:
      'For whoever has lost a device. Backup codes go with the last other factor. Sessions and personal access tokens of the person end, and the person is told by mail.',
    errors: { 404: ['user_not_found', 'second_factor_not_found'], 409: ['own_second_factors'] },
  })
  resetUserSecondFactors(
    @Actor() actor: Principal,
    @Param() { id }: IdParamDto,
    @Query() { kind }: ResetSecondFactorsDto,
  ): Promise<void> {
    return this.factors.reset(actor, id, kind);
  }
}
