import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Carried, ProviderConnection } from './provider.connection.js';
import { UpstreamBody } from './upstream-body.js';
import type { BodyFlow } from './upstream-body.js';
import { UpstreamFailure } from './upstream-failure.js';

export interface UpstreamResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: UpstreamBody;
}

/** Who waits for the head of the answer. */
export interface ExchangeCaller {
  resolve(response: UpstreamResponse): void;
  reject(failure: UpstreamFailure): void;
}

/** Open requests of one origin. */
export interface Load {
  open: number;
}

/** The first two from the call on. */
export interface ExchangeTimes {
  /** Until the request is on its way. */
  readonly connectionMs: number;
  /** Until the head of the answer is there. */
  readonly headersMs: number;
  /** Between two pieces of its body. */
  readonly bodyMs: number;
}

/**
 * One request and its answer, from the first byte out to the last byte in.
 *
 * It is undici's handler and the body's flow in one object. Its own timer runs from the call to the head of the answer,
 * so waiting for a free connection and dialling count as well, which undici's header timeout leaves out; and they may
 * take no more than a part of that time, since whoever waits for one model's long answers is not told so by silence.
 */
export class Exchange implements Dispatcher.DispatchHandler, BodyFlow, Carried {
  private controller: Dispatcher.DispatchController | undefined;
  private connection: ProviderConnection | undefined;
  private body: UpstreamBody | undefined;
  /** Until there is an answer, or none: a stream, or undici's queue, would keep what it has until it ends. */
  private caller: ExchangeCaller | undefined;
  private failure: UpstreamFailure | undefined;
  private gone = false;
  private timer: NodeJS.Timeout;

  constructor(
    caller: ExchangeCaller,
    /** It counts itself as open until undici holds nothing of it any more. */
    private readonly load: Load,
    private readonly times: ExchangeTimes,
    private readonly signal: AbortSignal | undefined,
  ) {
    load.open += 1;
    this.caller = caller;
    const { connectionMs, headersMs } = times;
    this.timer =
      connectionMs < headersMs
        ? setTimeout(connectionDue, connectionMs, this)
        : setTimeout(headTimedOut, headersMs, this);
    signal?.addEventListener('abort', this, { once: true });
  }

  carriedBy(connection: ProviderConnection): void {
    this.connection = connection;
  }

  lost(error: Error): void {
    this.finish(UpstreamFailure.of(error));
    this.letGo();
  }

  pause(): void {
    this.connection?.hold(this);
  }

  resume(): void {
    if (this.connection?.isHeld !== true) return;
    this.timer.refresh();
    this.connection.release();
  }

  /**
   * Ends the exchange now, for its caller. A request that still waits for a connection is dropped as soon as it would be
   * sent; until then undici keeps it and its body, so it counts as open.
   */
  abort(failure: UpstreamFailure): void {
    this.finish(failure);
    if (this.controller === undefined) return;
    this.controller.abort(failure);
    this.letGo();
  }

  /** It was never handed to undici. */
  refuse(failure: UpstreamFailure): void {
    this.finish(failure);
    this.letGo();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.failure !== undefined) {
      controller.abort(this.failure);
      this.letGo();
    }
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // Views of the bytes that were read, which a stream would hold until it ends.
    controller.rawHeaders = null;
    // Informational answers (1xx) precede the real head.
    if (status >= 200 && this.failure === undefined) {
      clearTimeout(this.timer);
      this.timer = setTimeout(bodyDue, this.times.bodyMs, this);
      this.body = new UpstreamBody(this);
      const { caller } = this;
      this.caller = undefined;
      caller?.resolve({ status, headers, body: this.body });
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.timer.refresh();
    this.body?.push(chunk);
  }

  onResponseEnd(): void {
    if (this.failure === undefined) {
      this.release();
      this.letGo();
      this.body?.end();
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.finish(UpstreamFailure.of(error));
    this.letGo();
  }

  /** The request should be on its way by now. @internal */
  checkConnection(): void {
    if (this.controller === undefined) {
      this.abort(new UpstreamFailure('busy', 'no_connection', 'No connection to the provider became free in time'));
    } else {
      this.timer = setTimeout(headTimedOut, this.times.headersMs - this.times.connectionMs, this);
    }
  }

  /** The next piece should be there by now, unless nobody asked for it. @internal */
  checkBody(): void {
    if (this.connection?.isHeld === true) this.timer.refresh();
    else
      this.abort(new UpstreamFailure('timeout', 'body_timeout', 'The provider did not go on with its answer in time'));
  }

  /** The signal of the request says that it is given up. @internal */
  handleEvent(): void {
    this.abort(new UpstreamFailure('aborted', 'signal', 'The request was given up', this.controller !== undefined));
  }

  private finish(failure: UpstreamFailure): void {
    if (this.failure !== undefined) {
      return;
    }
    this.failure = failure;
    this.release();
    const { caller } = this;
    this.caller = undefined;
    if (caller) caller.reject(failure);
    else this.body?.fail(failure);
  }

  private release(): void {
    clearTimeout(this.timer);
    this.signal?.removeEventListener('abort', this);
  }

  private letGo(): void {
    if (this.gone) return;
    this.gone = true;
    this.resume();
    this.connection = undefined;
    this.load.open -= 1;
  }
}

function connectionDue(exchange: Exchange): void {
  exchange.checkConnection();
}

function bodyDue(exchange: Exchange): void {
  exchange.checkBody();
}

function headTimedOut(exchange: Exchange): void {
  exchange.abort(new UpstreamFailure('timeout', 'headers_timeout', 'The provider did not answer in time'));
}
