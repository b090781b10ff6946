import { Inject } from '@nestjs/common';
import type { Variable } from './variable.js';

export type Variables = Readonly<Record<string, Variable<unknown>>>;

/** A named group of variables, declared beside the code that uses them. */
export interface ConfigSlice<V extends Variables = Variables> {
  readonly name: string;
  readonly title: string;
  readonly variables: V;
  /** Rules that need more than one variable; they stop the start everywhere. */
  readonly check?: ((values: ValuesOf<V>) => readonly ConfigProblem[]) | undefined;
  readonly token: symbol;
}

/** What is wrong with a variable, said without its value. */
export interface ConfigProblem {
  readonly variable: string;
  readonly rule: string;
}

type ValuesOf<V extends Variables> = { readonly [K in keyof V]: V[K] extends Variable<infer T> ? T : never };

/** The frozen values of a slice. */
export type ConfigOf<S> = S extends { readonly variables: infer V extends Variables } ? ValuesOf<V> : never;

const slices = new Map<string, ConfigSlice>();

/** Every slice declared so far, in the order of declaration. */
export function declaredSlices(): readonly ConfigSlice[] {
  return [...slices.values()];
}

/**
 * Declares a slice of configuration beside its owner. The loader, the reference page and the redacted dump
 * know every declared slice; nothing else reads the environment.
 */
export function defineConfig<V extends Variables>(
  name: string,
  title: string,
  variables: V,
  check?: (values: ValuesOf<V>) => readonly ConfigProblem[],
): ConfigSlice<V> {
  if (slices.has(name)) throw new Error(`The configuration slice "${name}" is declared twice.`);
  const slice: ConfigSlice<V> = { name, title, variables, check, token: Symbol(`config:${name}`) };
  slices.set(name, slice as unknown as ConfigSlice);
  return slice;
}

/** Injects the frozen values of a slice into a constructor. */
export function InjectConfig(slice: { readonly token: symbol }): ParameterDecorator {
  return Inject(slice.token);
}
