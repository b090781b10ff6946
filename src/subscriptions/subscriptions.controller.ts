import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, permitted, type Principal } from '#libs/access';
import { Endpoint, IdParamDto, one, page } from '#libs/http';
import type { Page } from '#libs/kernel';
import { CreateSubscriptionDto, ListSubscriptionsQueryDto, SetQuotasDto } from './dto/subscription.request.dto.js';
import { SubscriptionDto } from './dto/subscription.response.dto.js';
import type { SubscriptionEntity } from './subscription.entity.js';
import { subscriptionPermissions } from './subscriptions.permissions.js';
import { SubscriptionsService } from './subscriptions.service.js';

@ApiTags('Subscriptions')
@Controller('api/v1/subscriptions')
export class SubscriptionsController {
  constructor(private readonly subscriptions: SubscriptionsService) {}

  @Post()
  @Endpoint({
    access: permitted(subscriptionPermissions.write),
    summary: 'Subscribe to a model',
    description:
      'Active at once; pending where the model needs approval. A cancelled subscription is taken up again. Without quotas in the body it grants 10,000 calls and 1,000,000 tokens a month; administrators can grant more.',
    status: 201,
    returns: one(SubscriptionDto),
    errors: { 404: ['model_not_found', 'model_unavailable'], 409: ['subscription_exists'] },
  })
  createSubscription(@Actor() actor: Principal, @Body() wanted: CreateSubscriptionDto): Promise<SubscriptionEntity> {
    return this.subscriptions.subscribe(actor, wanted);
  }

  @Get()
  @Endpoint({
    access: permitted(subscriptionPermissions.read),
    summary: 'Your own subscriptions, the newest first',
    returns: page(SubscriptionDto),
  })
  listSubscriptions(
    @Actor() actor: Principal,
    @Query() query: ListSubscriptionsQueryDto,
  ): Promise<Page<SubscriptionEntity>> {
    return this.subscriptions.list(actor, query);
  }

  @Get(':id')
  @Endpoint({
    access: permitted(subscriptionPermissions.read),
    summary: 'One of your subscriptions',
    returns: one(SubscriptionDto),
    errors: { 404: ['subscription_not_found'] },
  })
  getSubscription(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<SubscriptionEntity> {
    return this.subscriptions.get(actor, id);
  }

  @Patch(':id')
  @Endpoint({
    access: permitted(subscriptionPermissions['set-quotas']),
    summary: "Set the quotas of anybody's subscription",
    description: 'What is left out stays. Calls obey at once; what was used in the period counts on.',
    returns: one(SubscriptionDto),
    errors: { 404: ['subscription_not_found'] },
  })
  setSubscriptionQuotas(
    @Actor() actor: Principal,
    @Param() { id }: IdParamDto,
    @Body() quotas: SetQuotasDto,
  ): Promise<SubscriptionEntity> {
    return this.subscriptions.setQuotas(actor, id, quotas);
  }

  @Post(':id/cancel')
  @Endpoint({
    access: permitted(subscriptionPermissions.write),
    summary: 'Cancel one of your subscriptions',
    description: 'Calls to its model are refused from now on.',
    returns: one(SubscriptionDto),
    errors: { 404: ['subscription_not_found'], 409: ['subscription_not_cancellable'] },
  })
  cancelSubscription(@Actor() actor: Principal, @Param() { id }: IdParamDto): Promise<SubscriptionEntity> {
    return this.subscriptions.cancel(actor, id);
  }
}
