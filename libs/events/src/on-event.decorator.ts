import { SetMetadata } from '@nestjs/common';
import type { DomainEvent } from './domain-event.js';

// `never[]` accepts every constructor, also those of abstract classes.
export type EventClass<E extends DomainEvent = DomainEvent> = abstract new (...args: never[]) => E;

/**
 * When a handler hears of an event.
 * - `in-transaction`: at once, in the publisher's transaction; throwing takes everything back.
 * - `after-commit`: once the transaction is committed; a failure is logged, a crash loses it. For caches.
 * - `durable`: kept in the outbox within the transaction and delivered at least once, retried until it
 *   succeeds, on any replica. The handler receives the event's data, not its class.
 */
export type Delivery = 'in-transaction' | 'after-commit' | 'durable';

export interface Subscription {
  readonly event: EventClass;
  readonly delivery: Delivery;
  /** Names a durable handler for as long as rows for it may wait; never renamed. */
  readonly id: string | undefined;
}

export const ON_EVENT = Symbol('on-event');

/** Subscribes a provider's method to an event class and everything derived from it. */
export function OnEvent(event: EventClass, delivery: 'in-transaction' | 'after-commit'): MethodDecorator;
export function OnEvent(event: EventClass, delivery: 'durable', id: string): MethodDecorator;
export function OnEvent(event: EventClass, delivery: Delivery, id?: string): MethodDecorator {
  return SetMetadata(ON_EVENT, { event, delivery, id } satisfies Subscription);
}
