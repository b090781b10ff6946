import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate, type ValidationError } from 'class-validator';
import { httpErrors } from './http.errors.js';
import { type DtoClass, type FieldSpec, fieldsOf } from './fields.js';
import { inspect } from './strict-json.js';

/** An answer must not be larger than what it is about. */
const MOST_PROBLEMS = 20;
const LONGEST_NAME = 100;

/** Checks every body, query and path against its declared class. What is not declared is refused. */
@Injectable()
export class StrictValidationPipe implements PipeTransform {
  async transform(value: unknown, { type, metatype, data }: ArgumentMetadata): Promise<unknown> {
    if (type === 'custom') return value;
    if (type !== 'body') inspect(value, data ?? '');
    if (!isDto(metatype)) return value;
    if (type === 'body' && (typeof value !== 'object' || value === null || Array.isArray(value))) {
      throw httpErrors.validation_failed({ message: 'The body must be a JSON object.' });
    }
    const plain = type === 'body' ? value : fromText(metatype, value as Record<string, unknown>);
    const instance = plainToInstance(metatype, plain ?? {}, { exposeUnsetFields: false });
    const errors = await validate(instance, {
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      stopAtFirstError: true,
      validationError: { target: false },
    });
    if (errors.length > 0) throw asDomainError(errors);
    return instance;
  }
}

function isDto(metatype: unknown): metatype is DtoClass {
  return typeof metatype === 'function' && fieldsOf(metatype as DtoClass).size > 0;
}

/** Query strings carry text only: numbers, flags and lists are read from it as their fields declare. */
function fromText(dto: DtoClass, values: Record<string, unknown>): Record<string, unknown> {
  const fields = fieldsOf(dto);
  const entries = Object.entries(values).map(([name, value]) => [name, read(fields.get(name), value)] as const);
  return Object.fromEntries(entries);
}

function read(spec: FieldSpec | undefined, value: unknown): unknown {
  if (spec?.kind === 'list') return (Array.isArray(value) ? value : [value]).flatMap((item) => String(item).split(','));
  if (typeof value !== 'string') return value;
  if (spec?.kind === 'integer' && /^-?\d{1,16}$/.test(value)) return Number(value);
  if (spec?.kind === 'flag' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}

function asDomainError(errors: ValidationError[]): Error {
  const details = flatten(errors, '').slice(0, MOST_PROBLEMS);
  const first = details[0];
  return httpErrors.validation_failed({
    message: details.map(({ rule }) => rule).join('; '),
    ...(first ? { param: first.path } : {}),
    details,
  });
}

/** The names are the sender's, and may be as long as the body. */
function shortened(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
}

function flatten(errors: ValidationError[], prefix: string): { path: string; rule: string }[] {
  return errors.flatMap((error) => {
    const name = shortened(error.property);
    const path = shortened(/^\d+$/.test(name) ? `${prefix}[${name}]` : prefix === '' ? name : `${prefix}.${name}`);
    const own = Object.entries(error.constraints ?? {}).map(([check, rule]) => ({
      path,
      rule:
        check === 'whitelistValidation'
          ? `${path} is not a known property`
          : error.value === undefined
            ? `${path} is required`
            : prefix === ''
              ? rule
              : `${prefix}: ${rule}`,
    }));
    return [...own, ...flatten(error.children ?? [], path)];
  });
}
