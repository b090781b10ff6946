import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate, type ValidationError } from 'class-validator';
import { httpErrors } from './http.errors.js';
import { type DtoClass, type FieldSpec, fieldsOf } from './fields.js';
import { inspect } from './strict-json.js';

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
      validationError: { target: false, value: false },
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
  const details = flatten(errors, '');
  const first = details[0];
  return httpErrors.validation_failed({
    message: details.map(({ rule }) => rule).join('; '),
    ...(first ? { param: first.path } : {}),
    details,
  });
}

function flatten(errors: ValidationError[], prefix: string): { path: string; rule: string }[] {
  return errors.flatMap((error) => {
    const path = /^\d+$/.test(error.property)
      ? `${prefix}[${error.property}]`
      : prefix === ''
        ? error.property
        : `${prefix}.${error.property}`;
    const own = Object.entries(error.constraints ?? {}).map(([name, rule]) => ({
      path,
      rule:
        name === 'whitelistValidation'
          ? `${path} is not a known property`
          : prefix === ''
            ? rule
            : `${prefix}: ${rule}`,
    }));
    return [...own, ...flatten(error.children ?? [], path)];
  });
}
