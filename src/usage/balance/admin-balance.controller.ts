import { Body, Controller, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal } from '#libs/access';
import { Endpoint, IdParamDto, one } from '#libs/http';
import { balancePermissions } from './balance.permissions.js';
import { BalanceService, type BalanceView } from './balance.service.js';
import { CreditBalanceDto, SetBalanceDto } from './dto/balance.request.dto.js';
import { BalanceDto } from './dto/balance.response.dto.js';

@ApiTags('Balance')
@Controller('api/v1/admin/users/:id/balance')
export class AdminBalanceController {
  constructor(private readonly balances: BalanceService) {}

  @Post()
  @Endpoint({
    access: permitted(balancePermissions.change),
    summary: "Add to a person's balance",
    description: 'Opens it where there is none. Booked also while calls are not paid in advance.',
    status: 201,
    returns: one(BalanceDto),
    errors: { 404: ['user_not_found'] },
  })
  creditBalance(
    @Actor() actor: Principal,
    @Param() { id }: IdParamDto,
    @Body() body: CreditBalanceDto,
  ): Promise<BalanceView> {
    return this.balances.credit(actor, id, body);
  }

  @Put()
  @Endpoint({
    access: permitted(balancePermissions.change),
    summary: "Set a person's balance",
    description: 'By an entry of the difference. Calls that are under way are still paid from what is left then.',
    returns: one(BalanceDto),
    errors: { 404: ['user_not_found'] },
  })
  setBalance(
    @Actor() actor: Principal,
    @Param() { id }: IdParamDto,
    @Body() body: SetBalanceDto,
  ): Promise<BalanceView> {
    return this.balances.set(actor, id, body);
  }
}
