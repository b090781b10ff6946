import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { UnitOfWork } from '#libs/database';
import type { DomainEvent } from './domain-event.js';
import { ON_EVENT, type Subscription } from './on-event.decorator.js';
import { Outbox } from './outbox.js';

interface Handler extends Subscription {
  readonly name: string;
  handle(event: unknown): unknown;
}

/** Carries events from the feature in which they happen to whoever subscribed. */
@Injectable()
export class EventBus implements OnModuleInit {
  private readonly log = new Logger(EventBus.name);
  private readonly handlers: Handler[] = [];

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly reflector: Reflector,
    private readonly work: UnitOfWork,
    private readonly outbox: Outbox,
  ) {}

  onModuleInit(): void {
    const scanner = new MetadataScanner();
    for (const { instance, metatype } of this.discovery.getProviders()) {
      if (!isInstance(instance) || !metatype) continue;
      for (const method of scanner.getAllMethodNames(Object.getPrototypeOf(instance) as object)) {
        const callback = instance[method];
        if (typeof callback !== 'function') continue;
        const subscription = this.reflector.get<Subscription | undefined>(ON_EVENT, callback);
        if (!subscription) continue;
        const handle = (event: unknown): unknown => (callback as (event: unknown) => unknown).call(instance, event);
        this.subscribe({ ...subscription, name: `${metatype.name}.${method}`, handle });
      }
    }
  }

  /**
   * Tells the world. Inside a unit of work the in-transaction and durable deliveries are part of it; outside
   * one, they get a transaction of their own.
   */
  async publish(event: DomainEvent): Promise<void> {
    await this.work.run(async () => {
      for (const handler of this.handlers) {
        if (!(event instanceof handler.event)) continue;
        if (handler.delivery === 'in-transaction') await handler.handle(event);
        else if (handler.delivery === 'durable') await this.outbox.add(handler.id ?? handler.name, event);
        else this.work.afterCommit(() => void this.deliver(handler, event));
      }
    });
  }

  private subscribe(handler: Handler): void {
    this.handlers.push(handler);
    if (handler.delivery === 'durable') {
      this.outbox.register(handler.id ?? handler.name, async (payload) => void (await handler.handle(payload)));
    }
  }

  private async deliver(handler: Handler, event: DomainEvent): Promise<void> {
    try {
      await handler.handle(event);
    } catch (error) {
      this.log.error(`${handler.name} failed on ${event.constructor.name}`, error);
    }
  }
}

function isInstance(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
