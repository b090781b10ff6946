import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ChangeFeed } from './change-feed.js';
import { EventBus } from './event-bus.js';
import { Outbox } from './outbox.js';

/** The event bus, its outbox and the feed of changes, for every feature. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [ChangeFeed, EventBus, Outbox],
  exports: [ChangeFeed, EventBus, Outbox],
})
export class EventsModule {}
