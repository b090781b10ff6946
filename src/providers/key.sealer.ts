import { Injectable } from '@nestjs/common';
import { SealedBox, sha256 } from '#libs/crypto';
import { newId } from '#libs/kernel';
import { Redactor } from '#libs/observability';
import { hintOf } from './key.hint.js';
import { type NewProviderKey, placeOf } from './provider-keys.repository.js';

/** Turns a key that somebody typed into what may be kept of it. */
@Injectable()
export class KeySealer {
  constructor(
    private readonly box: SealedBox,
    private readonly redactor: Redactor,
  ) {}

  seal(providerId: string, value: string, label: string | null): NewProviderKey {
    this.redactor.register([value]);
    const id = newId();
    const sealed = this.box.seal(value, placeOf(id));
    return { id, providerId, label, fingerprint: sha256(value), hint: hintOf(value), sealed };
  }
}
