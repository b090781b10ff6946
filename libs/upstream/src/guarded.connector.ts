import { lookup as systemLookup } from 'node:dns';
import type { LookupAddress, LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { mayDial } from './address.policy.js';
import { UpstreamFailure } from './upstream-failure.js';

export interface GuardedConnectorOptions {
  /** Loopback and private ranges may be dialled. Link-local and metadata addresses may not, whatever this says. */
  allowPrivate: boolean;
  connectTimeoutMs: number;
  /** How names become addresses; the system's resolver unless a test brings its own. */
  resolve?: Resolve;
}

/** All addresses of a host name, as `dns.lookup` with `all: true` gives them. */
export type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A dialler that decides on the address it will really connect to, never on the text of the URL.
 *
 * One refused address among those of a name refuses the name: a mixed answer is how a rebinding attack looks. The
 * check runs on the very list that is dialled (no second resolution in between), and once more on the open socket.
 */
export function guardedConnector(options: GuardedConnectorOptions): buildConnector.connector {
  const { allowPrivate, connectTimeoutMs, resolve = systemLookup } = options;
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    lookup: guardedLookup(resolve, allowPrivate),
    autoSelectFamily: true,
  });
  return (target, callback) => {
    const host = target.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !mayDial(host, allowPrivate)) {
      callback(addressRefused(), null);
      return;
    }
    connect(target, (...result) => {
      const [error, socket] = result;
      if (error !== null) {
        callback(error, null);
      } else if (socket.remoteAddress === undefined || !mayDial(socket.remoteAddress, allowPrivate)) {
        socket.destroy();
        callback(addressRefused(), null);
      } else {
        callback(null, socket);
      }
    });
  };
}

function guardedLookup(resolve: Resolve, allowPrivate: boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) {
        callback(error, '');
        return;
      }
      const first = addresses[0];
      if (first === undefined || !addresses.every(({ address }) => mayDial(address, allowPrivate))) {
        callback(addressRefused(), '');
      } else if (options.all) {
        callback(null, addresses);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };
}

function addressRefused(): UpstreamFailure {
  return new UpstreamFailure('connect', 'address_refused', 'The address of the provider may not be dialled');
}
