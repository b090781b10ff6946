import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import type { FeedQueryDto } from '#libs/http';
import { type CursorPage, mapPage } from '#libs/kernel';
import { deviceOf } from '../sessions/device.js';
import type { PastSignInDto } from './dto/sign-in.response.dto.js';
import { SignInsRepository } from './sign-ins.repository.js';

/** Shows people who signed in to their account, or tried to. */
@Injectable()
export class SignInHistory {
  constructor(private readonly signIns: SignInsRepository) {}

  async list(actor: Principal, query: FeedQueryDto): Promise<CursorPage<PastSignInDto>> {
    const { userId, sessionId } = personOf(actor);
    const page = await this.signIns.list(userId, query);
    return mapPage(page, ({ id, at, success, methods, ip, userAgent, sessionId: opened }) => ({
      id,
      at,
      success,
      methods,
      ip,
      device: deviceOf(userAgent),
      current: opened === sessionId,
    }));
  }
}
