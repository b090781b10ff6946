export { ChangeFeed } from './change-feed.js';
export type { ChangeTopic } from './change-feed.js';
export { ALERT_SEVERITIES, AuditableEvent, DomainEvent } from './domain-event.js';
export type { Alert, AlertSeverity, AlertSubject, AuditEntry } from './domain-event.js';
export { EventBus } from './event-bus.js';
export { EventsModule } from './events.module.js';
export { OnEvent } from './on-event.decorator.js';
export type { Delivery } from './on-event.decorator.js';
export { Outbox } from './outbox.js';
