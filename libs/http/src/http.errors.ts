import { defineErrors } from '#libs/kernel';

export const httpErrors = defineErrors({
  validation_failed: ['invalid', 'The input is not valid.'],
  range_invalid: ['invalid', 'The end of the range lies before its start.'],
  malformed_json: ['invalid', 'The body is not valid JSON.'],
  bad_request: ['invalid', 'The request is not valid HTTP for this server.'],
  unsupported_media_type: ['unsupported_media_type', 'Send the body as application/json.'],
  route_not_found: ['not_found', 'There is nothing at this address.'],
  body_too_large: ['too_large', 'The body is larger than this server accepts.'],
  header_too_large: ['header_too_large', 'The headers are larger than this server accepts.'],
  request_timeout: ['request_timeout', 'The request took too long to arrive.'],
  server_busy: ['unavailable', 'The server holds too many large requests. Try again in a moment.'],
  shutting_down: ['unavailable', 'The server is shutting down. Try again in a moment.'],
  database_unavailable: ['unavailable', 'The database is away. Try again in a moment.'],
  statement_timeout: ['unavailable', 'The database took too long. Ask for less, or try again.'],
  internal_error: ['internal', 'Something went wrong on our side. Quote the request id when you ask for help.'],
});
