export { Clock, SystemClock } from './clock.js';
export { isConnectionLoss } from './connection-loss.js';
export { DomainError, defineErrors, errorCatalogue } from './domain-error.js';
export type {
  ErrorDefinition,
  ErrorFactory,
  ErrorKind,
  ErrorOptions,
  ErrorType,
  RateStanding,
} from './domain-error.js';
export { canonicalEmail, maskedEmail } from './email.js';
export { idTimestamp, isId, newId } from './id.js';
export { PICO_PER_CREDIT, PICO_PER_USD, picoToCredits, picoToUsd, usdToPico } from './money.js';
export type { Pico } from './money.js';
export { LinkedList } from './linked-list.js';
export { mapPage } from './page.js';
export type { CursorPage, Page } from './page.js';
export { changesNothing } from './patch.js';
export { canonicalPhone } from './phone.js';
export type { LongContextPrices, Price, PriceSource, UnitPrices } from './price.js';
