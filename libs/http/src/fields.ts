import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { canonicalEmail } from '#libs/kernel';
import { isMoment, MOMENT_RULE } from './time-range.js';

/** How a declared field is read from a query string and written to an answer. */
export type FieldKind = 'text' | 'integer' | 'flag' | 'instant' | 'usd' | 'nested' | 'list' | 'map';

export interface FieldSpec {
  readonly kind: FieldKind;
  readonly optional: boolean;
  readonly nullable: boolean;
  /** The class of a nested object, or of a list's items. */
  readonly type?: (() => DtoClass) | undefined;
}

export type DtoClass<T extends object = object> = new () => T;

const specs = new WeakMap<object, Map<string, FieldSpec>>();

/** The declared fields of a DTO class, those of its bases included. */
export function fieldsOf(dto: DtoClass): ReadonlyMap<string, FieldSpec> {
  const fields = new Map<string, FieldSpec>();
  for (
    let prototype: unknown = dto.prototype;
    prototype && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    for (const [name, spec] of specs.get(prototype) ?? []) if (!fields.has(name)) fields.set(name, spec);
  }
  return fields;
}

interface Common {
  /** Shown in the API's documentation. */
  description: string;
  example?: unknown;
  /** The field may be left out. */
  optional?: boolean;
  /** The field may be null. */
  nullable?: boolean;
  default?: unknown;
}

/** One decorator for a field: its check, its documentation, and its place in the answer. */
function field(
  kind: FieldKind,
  options: Common,
  schema: ApiPropertyOptions,
  checks: PropertyDecorator[],
  type?: () => DtoClass,
): PropertyDecorator {
  const optional = options.optional === true || options.default !== undefined;
  const nullable = options.nullable === true;
  const register: PropertyDecorator = (prototype, name) => {
    const own = specs.get(prototype) ?? new Map<string, FieldSpec>();
    own.set(String(name), { kind, optional, nullable, type });
    specs.set(prototype, own);
  };
  // A field that may be left out is not therefore allowed to be null.
  const presence = nullable
    ? [IsOptional()]
    : optional
      ? [ValidateIf((_: object, value: unknown) => value !== undefined)]
      : [];
  const documented = {
    ...schema,
    description: options.description,
    required: !optional,
    ...(nullable ? { nullable: true } : {}),
    ...(options.example === undefined ? {} : { example: options.example }),
    ...(options.default === undefined ? {} : { default: options.default }),
  } as ApiPropertyOptions;
  return applyDecorators(register, ApiProperty(documented), ...presence, ...checks);
}

function lengthRule(min: number, max: number): string {
  return min === 0 ? `must have at most ${max} characters` : `must have between ${min} and ${max} characters`;
}

/** A text; `min` and `max` count characters. */
export function Text(
  options: Common & { min?: number; max?: number; pattern?: RegExp; rule?: string },
): PropertyDecorator {
  const { min = 0, max = 10_000, pattern, rule } = options;
  const checks = [IsString(), Length(min, max, { message: `$property ${lengthRule(min, max)}` })];
  if (pattern) checks.push(Matches(pattern, rule === undefined ? {} : { message: `$property ${rule}` }));
  return field(
    'text',
    options,
    { type: String, minLength: min, maxLength: max, ...(pattern ? { pattern: pattern.source } : {}) },
    checks,
  );
}

/** An e-mail address, at most 254 characters (RFC 5321). It is brought into its canonical form, and then checked. */
export function Email(options: Common): PropertyDecorator {
  return field('text', options, { type: String, format: 'email', maxLength: 254 }, [
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? canonicalEmail(value) : value)),
    IsEmail({}, { message: '$property must be an e-mail address' }),
    Length(3, 254, { message: `$property ${lengthRule(3, 254)}` }),
  ]);
}

/** A UUID. */
export function Id(options: Common): PropertyDecorator {
  return field('text', options, { type: String, format: 'uuid' }, [IsUUID('all')]);
}

/** A whole number between two bounds, both included. */
export function Int(options: Common & { min?: number; max?: number }): PropertyDecorator {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = options;
  return field('integer', options, { type: 'integer', minimum: min, maximum: max }, [IsInt(), Min(min), Max(max)]);
}

/** true or false. */
export function Flag(options: Common): PropertyDecorator {
  return field('flag', options, { type: Boolean }, [IsBoolean()]);
}

/** One of a closed list of words. */
export function OneOf(values: readonly string[], options: Common): PropertyDecorator {
  return field('text', options, { type: String, enum: [...values] }, [IsIn(values)]);
}

/** A moment, RFC 3339; a date alone is its midnight in UTC. In answers, always in UTC. */
export function Instant(options: Common): PropertyDecorator {
  return field('instant', options, { type: String, format: 'date-time' }, [
    ValidateBy({
      name: 'isMoment',
      validator: { validate: isMoment, defaultMessage: () => `$property ${MOMENT_RULE}` },
    }),
  ]);
}

/** An exact decimal amount of US dollars, as text. In answers, made from pico-dollars. */
export function Usd(options: Common): PropertyDecorator {
  return field('usd', options, { type: String, pattern: '^-?\\d+(\\.\\d+)?$' }, [
    Matches(/^\d{1,12}(\.\d{1,12})?$/, { message: '$property must be a decimal amount of US dollars, as text' }),
  ]);
}

/** Swagger knows a function that is to be called later by its name. */
function lazily(shape: () => DtoClass): { type: () => DtoClass } {
  return { type: () => shape() };
}

/** An object of a declared shape. */
export function Nested(type: () => DtoClass, options: Common): PropertyDecorator {
  return field('nested', options, lazily(type), [IsObject(), ValidateNested(), Type(type)], type);
}

/** A list of texts. */
export function Texts(
  options: Common & { minItems?: number; maxItems?: number; max?: number; oneOf?: readonly string[] },
): PropertyDecorator {
  const { minItems = 0, maxItems = 1_000, max = 255, oneOf } = options;
  const checks = [
    IsArray(),
    ArrayMinSize(minItems),
    ArrayMaxSize(maxItems),
    IsString({ each: true }),
    Length(1, max, { each: true, message: `each of $property ${lengthRule(1, max)}` }),
  ];
  if (oneOf) checks.push(IsIn(oneOf, { each: true }));
  return field('list', options, { type: [String], minItems, maxItems, ...(oneOf ? { enum: [...oneOf] } : {}) }, checks);
}

/** A list of objects of a declared shape. */
export function ListOf(type: () => DtoClass, options: Common): PropertyDecorator {
  return field(
    'list',
    options,
    { ...lazily(type), isArray: true },
    [IsArray(), ValidateNested({ each: true }), Type(type)],
    type,
  );
}

/** Whatever JSON. In answers it is written as it is: only for data that holds no secret. */
export function Json(options: Common): PropertyDecorator {
  return field(
    'map',
    options,
    {
      oneOf: [
        { type: 'object', additionalProperties: true },
        { type: 'array', items: {} },
      ],
    },
    [],
  );
}

/** Free-form JSON by name. In answers it is written as it is: only for data that holds no secret. */
export function JsonMap(options: Common): PropertyDecorator {
  return field('map', options, { type: 'object', additionalProperties: true }, [IsObject()]);
}
