import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal } from '#libs/access';
import { Endpoint, feed, one } from '#libs/http';
import type { CursorPage } from '#libs/kernel';
import { balancePermissions } from './balance.permissions.js';
import { BalanceService, type BalanceView } from './balance.service.js';
import { type BalanceTransaction, BalanceTransactions } from './balance.transactions.js';
import { TransactionQueryDto } from './dto/balance.request.dto.js';
import { BalanceDto, BalanceTransactionDto } from './dto/balance.response.dto.js';

@ApiTags('Balance')
@Controller('api/v1/balance')
export class BalanceController {
  constructor(
    private readonly balances: BalanceService,
    private readonly transactions: BalanceTransactions,
  ) {}

  @Get()
  @Endpoint({
    access: permitted(balancePermissions.read),
    summary: 'What is left of your balance',
    description: 'There is none where calls are not paid in advance, and for whom nothing was ever credited.',
    returns: one(BalanceDto),
    errors: { 404: ['balance_not_found'] },
  })
  getBalance(@Actor() actor: Principal): Promise<BalanceView> {
    return this.balances.get(actor);
  }

  @Get('transactions')
  @Endpoint({
    access: permitted(balancePermissions.read),
    summary: 'Everything that moved your balance, newest first',
    description: 'What was credited and corrected, and every call that was paid. All amounts add up to the balance.',
    returns: feed(BalanceTransactionDto),
    errors: { 400: ['range_invalid'] },
  })
  listBalanceTransactions(
    @Actor() actor: Principal,
    @Query() query: TransactionQueryDto,
  ): Promise<CursorPage<BalanceTransaction>> {
    return this.transactions.list(actor, query);
  }
}
