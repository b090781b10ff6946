import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader } from '@nestjs/swagger';
import { API_KEY } from '#libs/access';
import { Endpoint, type EndpointOptions } from '#libs/http';

const COMMON_ERRORS: EndpointOptions['errors'] = {
  400: [
    'model_request_malformed',
    'routing_not_allowed',
    'provider_state_not_allowed',
    'previous_response_not_found',
    'service_tier_not_allowed',
    'hosted_tool_not_allowed',
    'conflicting_api_keys',
    'operation_unsupported',
    'request_untranslatable',
    'path_malformed',
    'idempotency_key_malformed',
  ],
  401: ['key_expired'],
  402: [
    'key_budget_exceeded',
    'user_budget_exceeded',
    'team_budget_exceeded',
    'model_budget_exceeded',
    'balance_exhausted',
  ],
  403: ['operation_not_allowed', 'model_not_allowed', 'subscription_required'],
  404: ['model_unavailable'],
  409: ['idempotency_key_reused', 'idempotency_key_in_flight', 'idempotency_key_spent'],
  429: [
    'rate_limit_exceeded',
    'token_limit_exceeded',
    'concurrent_limit_exceeded',
    'quota_exceeded',
    'too_many_open_calls',
  ],
  502: ['upstream_unreachable', 'upstream_failed', 'upstream_credentials_refused'],
  503: ['no_upstream_available', 'gateway_overloaded'],
  504: ['upstream_timeout'],
};

export interface ModelCallOptions {
  readonly summary: string;
  readonly description?: string;
  /** A body that works. */
  readonly example: object;
  /** The body is a form with a file. */
  readonly isForm?: boolean;
  /** Left out: JSON, or a stream of events where the caller asked for one. */
  readonly answers?: string;
}

/** A route that calls a model: the body comes as its bytes, the answer is written by the handler. */
export function ModelCall({ summary, description, example, isForm, answers }: ModelCallOptions): MethodDecorator {
  return applyDecorators(
    Endpoint({
      access: API_KEY,
      summary,
      ...(description === undefined ? {} : { description }),
      rawBody: true,
      raw: {
        description: "The provider's answer, in this address's format.",
        contentType: answers ?? 'application/json',
      },
      errors: COMMON_ERRORS,
    }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'Sent again within 24 hours, the same request with this key is answered as it was the first time.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    }),
    ...(isForm === true ? [ApiConsumes('multipart/form-data')] : []),
    ApiBody({
      schema: {
        type: 'object',
        required: isForm === true ? ['file', 'model'] : ['model'],
        properties: {
          model: { type: 'string' },
          ...(isForm === true ? { file: { type: 'string', format: 'binary' } } : {}),
        },
        additionalProperties: true,
        ...(isForm === true ? {} : { example }),
      },
    }),
  );
}
