import { Inject } from '@nestjs/common';
import type { Variable } from './variable.js';

export type Variables = Readonly<Record<string, Variable<unknown>>>;

/** A named group of variables, declared beside the code that uses them. */
export interface ConfigSlice<V extends Variables = Variables> {
  readonly name: string;
  readonly title: string;
  readonly variables: V;
  readonly token: symbol;
}

/** The frozen values of a slice. */
export type ConfigOf<S> =
  S extends ConfigSlice<infer V> ? { readonly [K in keyof V]: V[K] extends Variable<infer T> ? T : never } : never;

const slices = new Map<string, ConfigSlice>();

/** Every slice declared so far, in the order of declaration. */
export function declaredSlices(): readonly ConfigSlice[] {
  return [...slices.values()];
}

/**
 * Declares a slice of configuration beside its owner. The loader, the reference page and the redacted dump
 * know every declared slice; nothing else reads the environment.
 */
export function defineConfig<V extends Variables>(name: string, title: string, variables: V): ConfigSlice<V> {
  if (slices.has(name)) throw new Error(`The configuration slice "${name}" is declared twice.`);
  const slice: ConfigSlice<V> = { name, title, variables, token: Symbol(`config:${name}`) };
  slices.set(name, slice);
  return slice;
}

/** Injects the frozen values of a slice into a constructor. */
export function InjectConfig(slice: { readonly token: symbol }): ParameterDecorator {
  return Inject(slice.token) as ParameterDecorator;
}
