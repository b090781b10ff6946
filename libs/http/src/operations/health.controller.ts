import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { PROBE } from '#libs/access';
import { Health, type HealthReport } from '#libs/observability';
import { Endpoint } from '../endpoint.decorator.js';

const JSON_ANSWER = { description: 'The state.', contentType: 'application/json' };

/** What orchestrators ask. Bare JSON, no envelope: probes read the status alone. */
@Controller()
export class HealthController {
  constructor(private readonly health: Health) {}

  @Get(['liveness', 'api/v1/health/live'])
  @Endpoint({ access: PROBE, summary: 'Whether the process runs', raw: JSON_ANSWER })
  getLiveness(): { status: string } {
    return { status: 'ok' };
  }

  @Get(['readiness', 'api/v1/health/ready'])
  @Endpoint({ access: PROBE, summary: 'Whether the process can take requests', raw: JSON_ANSWER })
  async getReadiness(@Res({ passthrough: true }) reply: FastifyReply): Promise<{ status: string }> {
    return answer(reply, (await this.health.ready()) ? { status: 'ok' } : { status: 'down' });
  }

  @Get(['health', 'api/v1/health'])
  @Endpoint({ access: PROBE, summary: 'How the process and its components are', raw: JSON_ANSWER })
  async getHealth(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthReport> {
    return answer(reply, await this.health.report());
  }
}

/** 503 for whatever is down. */
function answer<T extends { status: string }>(reply: FastifyReply, body: T): T {
  void reply.status(body.status === 'down' ? 503 : 200).header('cache-control', 'no-store');
  return body;
}
