import { timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { accessErrors, PROBE } from '#libs/access';
import { Config, type ConfigOf, InjectConfig } from '#libs/config';
import { Metrics, observabilityConfig } from '#libs/observability';
import { Endpoint } from '../endpoint.decorator.js';

/** A proxy on this machine has its address, whoever asks it; these headers tell that it is one. */
const FORWARDING = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
] as const;

/** Prometheus' door: a token or, where nothing is at stake yet, the same machine. */
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    @InjectConfig(observabilityConfig) private readonly config: ConfigOf<typeof observabilityConfig>,
    private readonly environment: Config,
  ) {}

  @Get()
  @Endpoint({
    access: PROBE,
    summary: 'Metrics for Prometheus',
    description:
      'Needs `METRICS_TOKEN` as bearer token where one is set, and in production always; otherwise only the same machine is answered, and no proxy on it.',
    raw: { description: 'Prometheus text format.', contentType: 'text/plain' },
    errors: { 401: ['unauthorized'] },
  })
  async getMetrics(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    return this.read(request, reply);
  }

  private async read(request: FastifyRequest, reply: FastifyReply): Promise<string> {
    if (!this.admits(request)) throw accessErrors.unauthorized({ message: 'Metrics need their token.' });
    void reply.header('content-type', this.metrics.registry.contentType);
    return this.metrics.registry.metrics();
  }

  private admits({ headers, socket }: FastifyRequest): boolean {
    const { metricsToken } = this.config;
    if (metricsToken !== undefined) return sameText(headers.authorization ?? '', `Bearer ${metricsToken}`);
    if (this.environment.profile === 'production') return false;
    // The line's other end, whatever anybody wrote into a header.
    return isLoopback(socket.remoteAddress ?? '') && FORWARDING.every((name) => headers[name] === undefined);
  }
}

function isLoopback(address: string): boolean {
  return isIP(address) !== 0 && ipaddr.process(address).range() === 'loopback';
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
