import type { Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher } from 'undici';

/** What a connection carries. */
export interface Carried {
  /** Is told before anything is sent. */
  carriedBy(connection: ProviderConnection): void;
  /** The connection broke while it was held back. What it had brought is lost with it. */
  lost(error: Error): void;
}

/** What undici passes on to a connection as it is. */
export interface CarriedOptions extends Dispatcher.DispatchOptions {
  readonly carried?: Carried;
}

export interface ConnectionOptions extends Omit<Client.Options, 'connect'> {
  readonly connect: buildConnector.connector;
}

const NOTHING = (): null => null;

/**
 * A connection of a pool that can be held back: what has come stays in the socket, and the provider is slowed down by TCP.
 *
 * undici's own pause ends the process when a provider whose answer ends with its connection closes it meanwhile: the parser
 * asserts that it is not paused (nodejs/undici#5360, mended in 8, which needs a newer Node). So the parser never is.
 */
export class ProviderConnection extends Client {
  private socket: Socket | undefined;
  private onLost: ((error: Error) => void) | undefined;

  constructor(origin: URL, options: ConnectionOptions) {
    const { connect } = options;
    super(origin, {
      ...options,
      connect: (target, callback) =>
        connect(target, (...result) => {
          this.socket = result[1] ?? undefined;
          callback(...result);
        }),
    });
  }

  override dispatch(options: CarriedOptions, handler: Dispatcher.DispatchHandler): boolean {
    options.carried?.carriedBy(this);
    return super.dispatch(options, handler);
  }

  get isHeld(): boolean {
    return this.onLost !== undefined;
  }

  hold(carried: Carried): void {
    const { socket } = this;
    if (!socket || this.onLost) return;
    const onLost = (error: Error): void => carried.lost(error);
    this.onLost = onLost;
    // Before undici hears of it, which takes a reset for the end of an answer that ends with its connection.
    socket.prependListener('error', onLost);
    Object.assign(socket, { read: NOTHING });
  }

  /** Whatever has come meanwhile is read after this turn, in which undici's parser may be at work. */
  release(): void {
    const { socket, onLost } = this;
    if (!socket || !onLost) return;
    this.onLost = undefined;
    socket.off('error', onLost);
    Reflect.deleteProperty(socket, 'read');
    process.nextTick(readOn, socket);
  }
}

function readOn(socket: Socket): void {
  if (!socket.destroyed) socket.emit('readable');
}
