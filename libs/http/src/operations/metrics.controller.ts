import { timingSafeEqual } from 'node:crypto';
import { Controller, Get, Headers, Ip, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { accessErrors, PROBE } from '#libs/access';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { Metrics, observabilityConfig } from '#libs/observability';
import { Endpoint } from '../endpoint.decorator.js';

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

/** Prometheus' door: a token, or the same machine. */
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    @InjectConfig(observabilityConfig) private readonly config: ConfigOf<typeof observabilityConfig>,
  ) {}

  @Get()
  @Endpoint({
    access: PROBE,
    summary: 'Metrics for Prometheus',
    description: 'Needs `METRICS_TOKEN` as bearer token where one is set; otherwise only the same machine is answered.',
    raw: { description: 'Prometheus text format.', contentType: 'text/plain' },
    errors: { 401: ['unauthorized'] },
  })
  async getMetrics(
    @Ip() ip: string,
    @Headers('authorization') authorization: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    return this.read(ip, authorization, reply);
  }

  private async read(ip: string, authorization: string | undefined, reply: FastifyReply): Promise<string> {
    const { metricsToken } = this.config;
    const allowed =
      metricsToken === undefined ? LOOPBACK.test(ip) : sameText(authorization ?? '', `Bearer ${metricsToken}`);
    if (!allowed) throw accessErrors.unauthorized({ message: 'Metrics need their token.' });
    void reply.header('content-type', this.metrics.registry.contentType);
    return this.metrics.registry.metrics();
  }
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
