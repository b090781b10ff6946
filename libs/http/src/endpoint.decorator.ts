import { applyDecorators, HttpCode, UseInterceptors } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiExtension,
  ApiExtraModels,
  ApiNoContentResponse,
  ApiOperation,
  ApiResponse,
  ApiSecurity,
  getSchemaPath,
} from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';
import {
  Access,
  accessErrors,
  type AccessRule,
  describeRule,
  DUTIES,
  DUTY_ERRORS,
  isForPeople,
  type PersonRule,
} from '#libs/access';
import type { ErrorDefinition } from '#libs/kernel';
import { STATUS } from './error-envelope.js';
import { httpErrors } from './http.errors.js';
import { CursorPaginationDto, ErrorDto, PaginationDto } from './envelope.dto.js';
import { ResponseInterceptor } from './response.interceptor.js';
import type { Returns } from './returns.js';
import type { Upload } from './upload.js';

export interface EndpointOptions {
  readonly access: AccessRule;
  readonly summary: string;
  readonly description?: string;
  /** 200 unless said; 204 when nothing is returned. */
  readonly status?: number;
  /** What the answer holds. Left out: nothing (204), unless `raw`. */
  readonly returns?: Returns;
  /** The handler writes the answer itself: wire formats of others, files, probes. */
  readonly raw?: { readonly description: string; readonly contentType: string };
  /** The handler takes the body as the bytes that came, up to the gateway's limit. */
  readonly rawBody?: boolean;
  /**
   * The handler takes a form (application/x-www-form-urlencoded), and JSON only where that is said, and reads it from the
   * request.
   */
  readonly form?: { readonly mostBytes: number; readonly orJson?: true };
  /** The handler takes a file: the whole body, as the bytes that came. */
  readonly upload?: Upload;
  /** The codes of this route's own errors, by status. */
  readonly errors?: Readonly<Record<number, readonly string[]>>;
}

/** Everything about a route but its verb and path: who may use it, what it is for, and what comes back. */
export function Endpoint(options: EndpointOptions): MethodDecorator {
  const status = options.status ?? (options.returns || options.raw ? 200 : 204);
  const described = applyDecorators(
    Access(options.access),
    HttpCode(status),
    RouteConfig({
      access: options.access,
      rawBody: options.rawBody === true,
      form: options.form,
      upload: options.upload,
    }),
    // A route that writes its answer itself has none: it would only stand in the way of every call.
    ...(options.raw ? [] : [UseInterceptors(new ResponseInterceptor(options.returns))]),
    ApiOperation({ summary: options.summary, ...(options.description ? { description: options.description } : {}) }),
    ApiExtension('x-access', describeRule(options.access)),
    ...security(options.access),
    ...file(options.upload),
    ...success(status, options),
  );
  return (controller, method, descriptor) => {
    described(controller, method, descriptor);
    const failed = failures(options, inputOf(controller.constructor, method));
    applyDecorators(...failed)(controller, method, descriptor);
  };
}

interface Input {
  readonly some: boolean;
  readonly body: boolean;
}

/** What a handler takes from a request. Decorators of parameters have run before that of their method. */
function inputOf(controller: object, method: string | symbol): Input {
  const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method) ?? {}) as object;
  // `kind:index`. A parameter decorator of our own has a random name instead, which may begin with a digit.
  const kinds = new Set(Object.keys(parameters).map((key) => Number(/^(\d+):/.exec(key)?.[1] ?? -1)));
  const body = kinds.has(RouteParamtypes.BODY);
  return { some: body || kinds.has(RouteParamtypes.QUERY) || kinds.has(RouteParamtypes.PARAM), body };
}

function security(rule: AccessRule): MethodDecorator[] {
  if (rule.kind === 'public') return [];
  return rule.kind === 'api-key' || rule.kind === 'scim' ? [ApiSecurity(rule.kind)] : [ApiBearerAuth('session')];
}

function file(upload: Upload | undefined): MethodDecorator[] {
  if (!upload) return [];
  return [ApiConsumes(...upload.types), ApiBody({ schema: { type: 'string', format: 'binary' } })];
}

function success(status: number, { returns, raw }: EndpointOptions): MethodDecorator[] {
  if (raw) return [ApiResponse({ status, description: raw.description, content: { [raw.contentType]: {} } })];
  if (!returns) return [ApiNoContentResponse({ description: 'Done.' })];
  const ref = { $ref: getSchemaPath(returns.dto) };
  const item = returns.or ? { oneOf: [ref, { $ref: getSchemaPath(returns.or.dto) }] } : ref;
  const data = returns.shape === 'one' ? item : { type: 'array', items: item };
  const paging = { page: PaginationDto, feed: CursorPaginationDto, one: undefined, list: undefined }[returns.shape];
  const schema = {
    type: 'object',
    required: paging ? ['data', 'pagination'] : ['data'],
    properties: { data, ...(paging ? { pagination: { $ref: getSchemaPath(paging) } } : {}) },
  };
  return [
    ApiExtraModels(returns.dto, ...(returns.or ? [returns.or.dto] : []), ...(paging ? [paging] : [])),
    ApiResponse({ status, description: 'Done.', schema }),
  ];
}

/** How the doorkeeper may refuse a person. */
function refusalsOf({ kind, despite = [], recent, bySession }: PersonRule): ErrorDefinition[] {
  return [
    accessErrors.unauthorized,
    ...(kind === 'permission' ? [accessErrors.permission_denied] : []),
    ...DUTIES.filter((duty) => !despite.includes(duty)).map((duty) => DUTY_ERRORS[duty]),
    ...(bySession === true ? [accessErrors.session_required] : []),
    ...(recent === undefined ? [] : [accessErrors.recent_auth_required]),
  ];
}

const COMMON: Readonly<Record<number, string>> = {
  400: 'The input is not valid.',
  401: 'No valid credential.',
  402: 'A cap in money is spent.',
  403: 'Not allowed.',
  404: 'There is no such thing, or not for this caller.',
  408: 'It did not arrive in time.',
  409: 'The state has moved on.',
  412: 'Not the version that was meant.',
  413: 'Too large.',
  415: 'Not in a form that is read.',
  422: 'Valid in form, impossible in meaning.',
  423: 'Locked for a while.',
  429: 'Too fast: see Retry-After.',
  500: 'Our fault.',
  502: "The provider's fault.",
  503: 'Something needed is away: see Retry-After.',
  504: 'The provider is too slow.',
};

function failures(
  { access, raw, rawBody, form, upload, errors = {} }: EndpointOptions,
  input: Input,
): MethodDecorator[] {
  const codes = new Map<number, readonly string[]>(
    Object.entries(errors).map(([status, list]) => [Number(status), list]),
  );
  const add = ({ kind, code }: ErrorDefinition): void => {
    const [status] = STATUS[kind];
    codes.set(status, [...(codes.get(status) ?? []), code]);
  };
  const takesBytes = rawBody === true || upload !== undefined;
  if ((input.some || form) && !takesBytes) add(httpErrors.validation_failed);
  if (input.body && !takesBytes) add(httpErrors.malformed_json);
  if (input.body || takesBytes || form) {
    const { body_too_large, unsupported_media_type, request_timeout, server_busy } = httpErrors;
    [body_too_large, unsupported_media_type, request_timeout, server_busy].forEach(add);
  }
  if (isForPeople(access)) refusalsOf(access).forEach(add);
  if (access.kind === 'scim') add(accessErrors.unauthorized);
  if (access.kind !== 'public' && access.kind !== 'scim') add(accessErrors.banned);
  if (access.kind === 'api-key') {
    codes.set(401, [...(codes.get(401) ?? []), 'missing_api_key', 'invalid_api_key']);
  }
  // Probes and metrics are answered until the end, and without the database.
  const always = raw && access.kind === 'public';
  if (!always) [httpErrors.database_unavailable, httpErrors.statement_timeout, httpErrors.shutting_down].forEach(add);
  add(httpErrors.internal_error);
  const responses = [...codes.entries()].sort(([a], [b]) => a - b);
  return [
    ApiExtraModels(ErrorDto),
    ...responses.map(([status, list]) =>
      ApiResponse({
        status,
        description: `${COMMON[status] ?? 'Failed.'} Codes: ${list.map((code) => `\`${code}\``).join(', ')}.`,
        schema: { $ref: getSchemaPath(ErrorDto) },
      }),
    ),
  ];
}
