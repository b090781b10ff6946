import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Actor, bySession, type Principal, recently, SIGNED_IN } from '#libs/access';
import { Endpoint, one } from '#libs/http';
import type { DeviceRequestEntity } from './device-request.entity.js';
import { DeviceDecisions } from './device.decisions.js';
import { DecideDeviceDto, DeviceRequestDto, UserCodeParamDto } from './dto/device.dto.js';
import { PendingRequests } from './pending.requests.js';

const ERRORS = { 404: ['device_request_not_found'], 429: ['rate_limited'] };

@ApiTags('Auth')
@Controller('api/v1/auth/device')
export class DeviceController {
  constructor(
    private readonly pending: PendingRequests,
    private readonly decisions: DeviceDecisions,
  ) {}

  @Get(':userCode')
  @Endpoint({
    access: bySession(SIGNED_IN),
    summary: 'See which device asks for your rights',
    description: 'Five codes a minute at most.',
    returns: one(DeviceRequestDto),
    errors: ERRORS,
  })
  getDeviceRequest(@Actor() actor: Principal, @Param() { userCode }: UserCodeParamDto): Promise<DeviceRequestEntity> {
    return this.pending.show(actor, userCode);
  }

  @Post(':userCode')
  @Endpoint({
    // The device gets a token, which must cost what it costs to make one.
    access: recently(bySession(SIGNED_IN), 'identity'),
    summary: 'Let a device act for you, or refuse it',
    description: 'It gets a personal access token. A code is good for one decision.',
    errors: ERRORS,
  })
  decideDeviceRequest(
    @Actor() actor: Principal,
    @Param() { userCode }: UserCodeParamDto,
    @Body() { approve }: DecideDeviceDto,
  ): Promise<void> {
    return this.decisions.decide(actor, userCode, approve);
  }
}
