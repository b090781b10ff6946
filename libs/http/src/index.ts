export { addressOf, Network, networkOf } from './client-address.js';
export { configureHttp } from './configure-http.js';
export { cookieOf } from './cookie.js';
export { drainAndClose } from './drain.js';
export { Endpoint } from './endpoint.decorator.js';
export type { EndpointOptions } from './endpoint.decorator.js';
export { anthropicErrorEnvelope, errorEnvelope, STATUS } from './error-envelope.js';
export { sendError, toDomainError } from './error.filter.js';
export {
  Email,
  fieldsOf,
  Flag,
  Id,
  Instant,
  Int,
  Json,
  JsonMap,
  ListOf,
  Nested,
  OneOf,
  Text,
  Texts,
  Usd,
} from './fields.js';
export type { DtoClass } from './fields.js';
export { FailureFeed } from './failure.feed.js';
export type { Failure } from './failure.feed.js';
export { createHttpAdapter } from './http.adapter.js';
export { httpConfig, publicLink, publicOrigin } from './http.config.js';
export { httpErrors } from './http.errors.js';
export { openApiDocument } from './openapi.js';
export { OperationsModule } from './operations/operations.module.js';
export { setRateHeaders } from './rate.headers.js';
export { FeedQueryDto, IdParamDto, PageQueryDto } from './query.dto.js';
export { project } from './projection.js';
export { either, feed, list, one, page } from './returns.js';
export type { Returns } from './returns.js';
export { moment, timeRange } from './time-range.js';
export type { DateBounds, TimeRange } from './time-range.js';
