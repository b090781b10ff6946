import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What the page of metrics says of one. */
export interface DeclaredMetric {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

/** The process's Prometheus metrics; each owner makes its own and keeps them. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  private readonly made: DeclaredMetric[] = [];

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Every metric beside those of the process and of Node.js. */
  get declared(): readonly DeclaredMetric[] {
    return this.made;
  }

  counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    this.made.push({ name, kind: 'counter', help, labels: labelNames });
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  /** @param read sets it whenever it is asked for; left out, its owner sets it when it changes */
  gauge<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
    read?: (gauge: Gauge<L>) => void,
  ): Gauge<L> {
    this.made.push({ name, kind: 'gauge', help, labels: labelNames });
    const gauge: Gauge<L> = new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      ...(read && { collect: () => read(gauge) }),
    });
    return gauge;
  }

  /** @param buckets upper bounds in seconds */
  histogram<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    buckets: readonly number[],
  ): Histogram<L> {
    this.made.push({ name, kind: 'histogram', help, labels: labelNames });
    return new Histogram({
      name,
      help,
      labelNames: [...labelNames],
      buckets: [...buckets],
      registers: [this.registry],
    });
  }
}
