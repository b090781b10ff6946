import { Injectable, type OnApplicationBootstrap, RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { isDeclared } from './permissions.js';
import { ACCESS_RULE, type AccessRule, describeRule } from './rule.js';

export interface Route {
  readonly method: string;
  readonly path: string;
  /** `Controller.method`. */
  readonly handler: string;
  readonly rule: AccessRule;
}

/** Knows every route, and stops the boot for one that does not say who may use it. */
@Injectable()
export class Routes implements OnApplicationBootstrap {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly reflector: Reflector,
  ) {}

  /** @throws Error naming every route that no rule, or an unknown permission, guards */
  onApplicationBootstrap(): void {
    const open = this.list().filter(
      ({ rule }) => rule === undefined || (rule.kind === 'permission' && !isDeclared(rule.permission)),
    );
    if (open.length === 0) return;
    throw new Error(
      `No declared permission guards ${open.map(({ method, path, handler }) => `${method} ${path} (${handler})`).join(', ')}.`,
    );
  }

  /** The route × permission matrix, in the order of the paths. */
  matrix(): string[] {
    return this.list()
      .map(({ method, path, rule }) => `${method.padEnd(6)} ${path} → ${rule ? describeRule(rule) : 'NOBODY SAID'}`)
      .sort((a, b) => a.slice(7).localeCompare(b.slice(7)) || a.localeCompare(b));
  }

  list(): (Omit<Route, 'rule'> & { rule: AccessRule | undefined })[] {
    const scanner = new MetadataScanner();
    return this.discovery.getControllers().flatMap(({ instance, metatype }) => {
      if (!metatype || typeof instance !== 'object' || instance === null) return [];
      const prototype = Object.getPrototypeOf(instance) as Record<string, unknown>;
      const bases = paths(this.reflector.get<string | string[] | undefined>(PATH_METADATA, metatype));
      return scanner.getAllMethodNames(prototype).flatMap((name) => {
        const handler = prototype[name];
        if (typeof handler !== 'function') return [];
        const path = this.reflector.get<string | string[] | undefined>(PATH_METADATA, handler);
        if (path === undefined) return [];
        const verb = this.reflector.get<RequestMethod | undefined>(METHOD_METADATA, handler) ?? RequestMethod.GET;
        const rule = this.reflector.get<AccessRule | undefined>(ACCESS_RULE, handler);
        return bases.flatMap((base) =>
          paths(path).map((own) => ({
            method: RequestMethod[verb],
            path: join(base, own),
            handler: `${metatype.name}.${name}`,
            rule,
          })),
        );
      });
    });
  }
}

function paths(path: string | string[] | undefined): string[] {
  return Array.isArray(path) ? path : [path ?? ''];
}

function join(...parts: string[]): string {
  return `/${parts
    .map((part) => part.replace(/^\/+|\/+$/g, ''))
    .filter((part) => part !== '')
    .join('/')}`;
}
