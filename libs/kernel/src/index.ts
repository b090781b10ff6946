export { Clock, SystemClock } from './clock.js';
export { DomainError, defineErrors, errorCatalogue } from './domain-error.js';
export type { ErrorDefinition, ErrorKind, ErrorOptions, ErrorType } from './domain-error.js';
export { canonicalEmail } from './email.js';
export { idTimestamp, isId, newId } from './id.js';
export { PICO_PER_USD, picoToUsd, usdToPico } from './money.js';
export type { Pico } from './money.js';
export { mapPage } from './page.js';
export type { CursorPage, Page } from './page.js';
