import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { GuardedFetch } from '#libs/upstream';
import type { IdentityProvider } from './providers/identity-provider.js';

const TIMEOUT_MS = 10_000;
/** Discovery documents, keys and profiles are a few KiB; one that lists groups may be a hundred. */
const MOST_BYTES = 1_048_576;

/** Speaks HTTP with identity providers, at addresses that may be dialled only. */
@Injectable()
export class ProviderHttp implements OnApplicationShutdown {
  private readonly outside = new GuardedFetch({ allowPrivate: false, timeoutMs: TIMEOUT_MS, mostBytes: MOST_BYTES });
  private readonly inside = new GuardedFetch({ allowPrivate: true, timeoutMs: TIMEOUT_MS, mostBytes: MOST_BYTES });

  /** Bound to what the operator allows for that provider. */
  of({ allowPrivate }: IdentityProvider): GuardedFetch {
    return allowPrivate ? this.inside : this.outside;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.outside.close(), this.inside.close()]);
  }
}
