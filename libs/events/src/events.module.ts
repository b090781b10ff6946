import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { EventBus } from './event-bus.js';
import { Outbox } from './outbox.js';

/** The event bus and its outbox, for every feature. */
@Global()
@Module({ imports: [DiscoveryModule], providers: [EventBus, Outbox], exports: [EventBus, Outbox] })
export class EventsModule {}
