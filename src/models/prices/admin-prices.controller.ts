import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal } from '#libs/access';
import { Endpoint, list, one } from '#libs/http';
import { ModelParamDto } from '../dto/model.request.dto.js';
import { PriceParamDto, SetPriceDto } from '../dto/price.request.dto.js';
import { PriceDto } from '../dto/price.response.dto.js';
import { modelPermissions } from '../models.permissions.js';
import { PricesService } from './prices.service.js';

@ApiTags('Prices')
@Controller('api/v1/admin/models/:id/prices')
export class AdminPricesController {
  constructor(private readonly prices: PricesService) {}

  @Get()
  @Endpoint({
    access: permitted(modelPermissions['read-prices']),
    summary: 'Every price of a model, the latest first',
    description: 'Past, present and future. The name of a model with slashes is sent percent-encoded.',
    returns: list(PriceDto),
    errors: { 404: ['model_not_found'] },
  })
  listModelPrices(@Actor() actor: Principal, @Param() { id }: ModelParamDto): Promise<PriceDto[]> {
    return this.prices.history(actor, id);
  }

  @Post()
  @Endpoint({
    access: permitted(modelPermissions['set-prices']),
    summary: 'Set the price of a model from a moment on',
    description:
      "It wins over the provider's own price and the list's until it is taken back. Calls that were rated before stay as they are.",
    status: 201,
    returns: one(PriceDto),
    errors: {
      400: ['price_invalid', 'price_in_the_past'],
      404: ['model_not_found'],
      409: ['price_change_absurd', 'price_moment_taken'],
    },
  })
  setModelPrice(
    @Actor() actor: Principal,
    @Param() { id }: ModelParamDto,
    @Body() body: SetPriceDto,
  ): Promise<PriceDto> {
    return this.prices.set(actor, id, body);
  }

  @Delete(':priceId')
  @Endpoint({
    access: permitted(modelPermissions['set-prices']),
    summary: "Take an administrator's price back",
    description:
      'One that waits never comes to hold. When the one that holds is taken back, the price of the provider or of the list holds again.',
    errors: { 404: ['model_not_found', 'price_not_found'], 409: ['price_not_removable', 'price_is_the_last'] },
  })
  removeModelPrice(@Actor() actor: Principal, @Param() { id, priceId }: PriceParamDto): Promise<void> {
    return this.prices.remove(actor, id, priceId);
  }
}
