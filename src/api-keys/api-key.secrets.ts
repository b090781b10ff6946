import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { type IssuedSecret, keyBareHashes, type KeyedHash, KeyedHashes } from '#libs/crypto';
import { UnitOfWork } from '#libs/database';
import { API_KEY_FORMAT } from './api-key.format.js';
import { ApiKeyLookupRepository, type FoundApiKey } from './api-key-lookup.repository.js';

/** Makes the secrets of API keys and knows what is stored of them. A secret is given whole, or as its SHA-256. */
@Injectable()
export class ApiKeySecrets implements OnApplicationBootstrap {
  private readonly log = new Logger(ApiKeySecrets.name);
  private readonly hashes: KeyedHash;

  constructor(
    private readonly keys: ApiKeyLookupRepository,
    private readonly work: UnitOfWork,
    hashes: KeyedHashes,
  ) {
    this.hashes = hashes.for('api-key');
  }

  /** What was issued before there were keyed hashes is looked up by them too, once the door opens. */
  async onApplicationBootstrap(): Promise<void> {
    const keyed = await keyBareHashes(this.work, this.hashes, { table: 'api_keys', column: 'secret_hash' });
    if (keyed > 0) this.log.log(`The hashes of ${keyed} API keys were put under the key.`);
  }

  /** A new secret, and what to store of it. */
  issue(): IssuedSecret & { readonly hash: Buffer } {
    const secret = API_KEY_FORMAT.issue();
    return { ...secret, hash: this.hashes.hash(secret.value) };
  }

  async find(secret: string | Buffer): Promise<FoundApiKey | undefined> {
    const facts = await this.keys.findByHash(this.hashes.candidates(secret));
    if (!facts || !this.hashes.matches(secret, facts.secretHash)) return undefined;
    if (this.hashes.isOutdated(facts.secretHash)) void this.renew(secret, facts);
    return facts;
  }

  /** The secret is at hand only now. The caller need not wait, and it is tried again when the key is next looked up. */
  private async renew(secret: string | Buffer, { id, secretHash }: FoundApiKey): Promise<void> {
    try {
      await this.keys.replaceHash(id, secretHash, this.hashes.hash(secret));
    } catch (error) {
      this.log.warn('The hash of an API key could not be renewed; it is tried again.', error);
    }
  }
}
