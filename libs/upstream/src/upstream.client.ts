import { Pool } from 'undici';
import { Exchange } from './exchange.js';
import type { Load, UpstreamResponse } from './exchange.js';
import { guardedConnector } from './guarded.connector.js';
import { type CarriedOptions, type ConnectionOptions, ProviderConnection } from './provider.connection.js';
import type { Resolve } from './guarded.connector.js';
import { UpstreamFailure } from './upstream-failure.js';

export interface UpstreamClientOptions {
  /** Open connections to one origin at most; a stream holds its connection until it ends. Default 1 024. */
  maxConnections?: number;
  /** Requests to one origin that may be open at once, waiting ones included. Default 4 × `maxConnections`. */
  maxOpenRequests?: number;
  /**
   * Dialling, name resolution and TLS included. Default 5 000 ms. A request that has no connection after twice that
   * time, because all are taken, fails as well.
   */
  connectTimeoutMs?: number;
  /** From the call to the head of the answer, when the request names none. Default 30 000 ms. */
  headersTimeoutMs?: number;
  /** Between two pieces of a body, when the request names none and as far as it is read. Default 60 000 ms. */
  bodyTimeoutMs?: number;
  /** How names become addresses; the system's resolver unless a test brings its own. */
  resolve?: Resolve;
}

export interface UpstreamRequest {
  /** Origin with an optional path in front of `path`: `https://api.openai.com/v1`. http and https only. */
  baseUrl: string;
  /** Starts with `/`; may carry a query. It is sent as it is. */
  path: string;
  method: string;
  headers: Record<string, string>;
  body?: Buffer;
  signal?: AbortSignal;
  headersTimeoutMs?: number;
  bodyTimeoutMs?: number;
  /** The operator configured this provider with a private address, so loopback and private ranges may be dialled. */
  allowPrivate?: boolean;
}

interface Target {
  pool: Pool;
  basePath: string;
  /** Shared by all base URLs that lead to the same origin. */
  load: Load;
}

/**
 * Speaks HTTP with providers: keep-alive pools per origin, explicit limits, safe dialling, typed failures.
 * One per process. It follows no redirect, reads no proxy variable, and repeats no request.
 */
export class UpstreamClient {
  private readonly options: Required<Omit<UpstreamClientOptions, 'resolve'>>;
  private readonly resolve: Resolve | undefined;
  private readonly publicTargets = new Map<string, Target>();
  private readonly privateTargets = new Map<string, Target>();
  private closed = false;

  constructor(options: UpstreamClientOptions = {}) {
    const maxConnections = options.maxConnections ?? 1_024;
    this.options = {
      maxConnections,
      maxOpenRequests: options.maxOpenRequests ?? maxConnections * 4,
      connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
      headersTimeoutMs: options.headersTimeoutMs ?? 30_000,
      bodyTimeoutMs: options.bodyTimeoutMs ?? 60_000,
    };
    this.resolve = options.resolve;
  }

  /**
   * Sends a request and resolves with the head of the answer, whatever its status.
   * @throws UpstreamFailure (as a rejection) when there is no answer
   */
  request(request: UpstreamRequest): Promise<UpstreamResponse> {
    return new Promise((resolve, reject) => {
      const { pool, basePath, load } = this.target(request.baseUrl, request.allowPrivate === true);
      if (request.signal?.aborted === true) {
        throw new UpstreamFailure('aborted', 'signal', 'The request was given up', false);
      }
      if (load.open >= this.options.maxOpenRequests) {
        throw new UpstreamFailure('busy', 'too_many_open', 'Too many requests to the provider are open');
      }
      const times = {
        connectionMs: this.options.connectTimeoutMs * 2,
        headersMs: request.headersTimeoutMs ?? this.options.headersTimeoutMs,
        bodyMs: request.bodyTimeoutMs ?? this.options.bodyTimeoutMs,
      };
      const exchange = new Exchange({ resolve, reject }, load, times, request.signal);
      try {
        const options: CarriedOptions = {
          path: basePath + request.path,
          method: request.method,
          headers: request.headers,
          body: request.body ?? null,
          headersTimeout: 0,
          bodyTimeout: 0,
          carried: exchange,
        };
        pool.dispatch(options, exchange);
      } catch (error) {
        exchange.refuse(UpstreamFailure.of(error));
      }
    });
  }

  /** Takes no new request, lets the open ones end for `graceMs`, then cuts them. */
  async close(graceMs = 0): Promise<void> {
    this.closed = true;
    const pools = new Set([...this.publicTargets.values(), ...this.privateTargets.values()].map(({ pool }) => pool));
    await Promise.all([...pools].map((pool) => closePool(pool, graceMs)));
  }

  private target(baseUrl: string, allowPrivate: boolean): Target {
    if (this.closed) {
      throw new UpstreamFailure('connect', 'client_closed', 'The process is shutting down');
    }
    const targets = allowPrivate ? this.privateTargets : this.publicTargets;
    const known = targets.get(baseUrl);
    if (known !== undefined) {
      return known;
    }
    const { origin, basePath } = parseBaseUrl(baseUrl);
    const sibling = targets.get(origin);
    const target: Target = {
      pool: sibling?.pool ?? this.openPool(origin, allowPrivate),
      basePath,
      load: sibling?.load ?? { open: 0 },
    };
    targets.set(origin, { ...target, basePath: '' });
    targets.set(baseUrl, target);
    return target;
  }

  private openPool(origin: string, allowPrivate: boolean): Pool {
    const { connectTimeoutMs, maxConnections } = this.options;
    return new Pool(origin, {
      connect: guardedConnector({ allowPrivate, connectTimeoutMs, resolve: this.resolve }),
      connections: maxConnections,
      pipelining: 1,
      factory: (to, options) => new ProviderConnection(to, options as ConnectionOptions),
    });
  }
}

function parseBaseUrl(baseUrl: string): { origin: string; basePath: string } {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (url === undefined || !isHttp || url.username !== '' || url.password !== '' || url.search !== '') {
    throw new UpstreamFailure('protocol', 'bad_base_url', 'The address of the provider is not a plain http(s) URL');
  }
  return { origin: url.origin, basePath: url.pathname.replace(/\/+$/, '') };
}

async function closePool(pool: Pool, graceMs: number): Promise<void> {
  const closing = pool.close();
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
  await Promise.race([closing, grace]);
  clearTimeout(timer);
  await pool.destroy();
}
