import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { deriveKey, KeyRing, type RingKey } from '#libs/crypto';

/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A public key as a JSON Web Key (RFC 7517, RFC 8037). */
export interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: 'EdDSA';
}

interface KeyPair {
  readonly kid: string;
  readonly signing: KeyObject;
  readonly verifying: KeyObject;
  readonly jwk: PublicJwk;
}

/** The key pairs that access tokens are signed with (Ed25519), made of the secrets of the ring. */
@Injectable()
export class SigningKeys {
  private readonly pairs = new Map<string, KeyPair>();

  constructor(private readonly ring: KeyRing) {}

  /** The key whose turn it is. */
  current(): { kid: string; key: KeyObject } {
    const { kid, signing } = this.pairOf(this.ring.list('sign')[0]);
    return { kid, key: signing };
  }

  /** What verifies the tokens of a key; undefined for one that is not known any more. */
  find(kid: string | undefined): KeyObject | undefined {
    const key = this.ring.list('sign').find(({ id }) => id === kid);
    return key && this.pairOf(key).verifying;
  }

  /** Every public key that a token may be signed with now, or soon. */
  published(): PublicJwk[] {
    return this.ring.list('sign').map((key) => this.pairOf(key).jwk);
  }

  private pairOf({ id, secret }: RingKey): KeyPair {
    const known = this.pairs.get(id);
    if (known) return known;
    const pair = pairOf(id, deriveKey(secret, 'ed25519'));
    this.pairs.set(id, pair);
    return pair;
  }
}

function pairOf(kid: string, seed: Uint8Array): KeyPair {
  const signing = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const verifying = createPublicKey(signing);
  const { x = '' } = verifying.export({ format: 'jwk' });
  return { kid, signing, verifying, jwk: { kty: 'OKP', crv: 'Ed25519', x, kid, use: 'sig', alg: 'EdDSA' } };
}
