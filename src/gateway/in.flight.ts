import { Injectable } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { gatewayConfig } from './gateway.config.js';
import { gatewayErrors } from './gateway.errors.js';

interface Occupied {
  calls: number;
  bytes: number;
}

const RETRY_AFTER_SECONDS = 2;
/** No key may take more of the memory than this part, so that one caller cannot shut the others out. */
const SHARE_OF_A_KEY = 1 / 4;

/** Keeps what is held in memory for calls under way within bounds, for the process and for each key. */
@Injectable()
export class InFlight {
  private readonly keys = new Map<string, Occupied>();
  private readonly all: Occupied = { calls: 0, bytes: 0 };

  constructor(@InjectConfig(gatewayConfig) private readonly config: ConfigOf<typeof gatewayConfig>) {}

  /**
   * @param bytes what the call holds in memory until it ends
   * @returns to be called once, when it has ended
   * @throws DomainError `too_many_open_calls` for this key, `gateway_overloaded` for everybody
   */
  enter(keyId: string, bytes: number): () => void {
    const { inFlightBytes, openCallsPerKey } = this.config;
    const own = this.keys.get(keyId) ?? { calls: 0, bytes: 0 };
    const isOverShare = own.calls > 0 && own.bytes + bytes > inFlightBytes * SHARE_OF_A_KEY;
    if (own.calls >= openCallsPerKey || isOverShare) {
      throw gatewayErrors.too_many_open_calls({ retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    if (this.all.calls > 0 && this.all.bytes + bytes > inFlightBytes) {
      throw gatewayErrors.gateway_overloaded({ retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    this.keys.set(keyId, own);
    for (const each of [own, this.all]) {
      each.calls += 1;
      each.bytes += bytes;
    }
    return () => this.leave(keyId, own, bytes);
  }

  private leave(keyId: string, own: Occupied, bytes: number): void {
    for (const each of [own, this.all]) {
      each.calls -= 1;
      each.bytes -= bytes;
    }
    if (own.calls === 0) this.keys.delete(keyId);
  }
}
