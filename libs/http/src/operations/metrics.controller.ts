import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Controller, Get, Headers, Ip, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { accessErrors, PROBE } from '#libs/access';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { Metrics, observabilityConfig } from '#libs/observability';
import { Endpoint } from '../endpoint.decorator.js';

/** A proxy on this machine has its address, whoever asks it; these headers tell that it is one. */
const FORWARDING = ['forwarded', 'x-forwarded-for', 'x-real-ip'] as const;
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
    description:
      'Needs `METRICS_TOKEN` as bearer token where one is set; otherwise only the same machine is answered, and no proxy on it.',
    raw: { description: 'Prometheus text format.', contentType: 'text/plain' },
    errors: { 401: ['unauthorized'] },
  })
  async getMetrics(
    @Ip() ip: string,
    @Headers() headers: IncomingHttpHeaders,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    return this.read(ip, headers, reply);
  }

  private async read(ip: string, headers: IncomingHttpHeaders, reply: FastifyReply): Promise<string> {
    if (!this.admits(ip, headers)) throw accessErrors.unauthorized({ message: 'Metrics need their token.' });
    void reply.header('content-type', this.metrics.registry.contentType);
    return this.metrics.registry.metrics();
  }

  private admits(ip: string, headers: IncomingHttpHeaders): boolean {
    const { metricsToken } = this.config;
    if (metricsToken !== undefined) return sameText(headers.authorization ?? '', `Bearer ${metricsToken}`);
    return LOOPBACK.test(ip) && FORWARDING.every((name) => headers[name] === undefined);
  }
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
