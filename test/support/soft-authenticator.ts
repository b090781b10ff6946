import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** What a browser gives for a passkey, as JSON. */
export interface PasskeyJson {
  readonly id: string;
  readonly rawId: string;
  readonly type: string;
  readonly response: Readonly<Record<string, unknown>>;
  readonly clientExtensionResults: object;
}

/** What of a response is to be other than it should; everything is signed as it then is. */
export interface Deviation {
  readonly origin?: string;
  readonly challenge?: string;
  readonly type?: string;
  readonly crossOrigin?: boolean;
  readonly topOrigin?: string;
  readonly rpId?: string;
  readonly flags?: number;
  readonly counter?: number;
  readonly userHandle?: string | null;
  readonly key?: KeyObject;
}

interface RequestOptions {
  readonly challenge: string;
  readonly rpId?: string;
  readonly rp?: { readonly id?: string };
  readonly user?: { readonly id: string };
}

/** User present, user verified. */
export const PRESENT = 0x01;
export const VERIFIED = 0x04;
const ATTESTED = 0x40;

/**
 * A browser and its authenticator in one, with a key of its own: what it signs is as good as that of a real one, so a
 * response can deviate in one respect and be right in all others.
 */
export class SoftAuthenticator {
  readonly credentialId = randomBytes(32).toString('base64url');
  counter = 0;
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  private userHandle: string | null = null;
  private key: KeyObject = this.keys.privateKey;

  constructor(readonly origin: string) {}

  /** Goes on with a key that another authenticator made (PKCS #8, DER). */
  takeOver(privateKey: Buffer): void {
    this.key = createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' });
  }

  /** `navigator.credentials.create()` */
  create(options: RequestOptions, deviation: Deviation = {}): PasskeyJson {
    this.userHandle = options.user?.id ?? null;
    const flags = deviation.flags ?? PRESENT | VERIFIED;
    const id = Buffer.from(this.credentialId, 'base64url');
    const credential = Buffer.concat([Buffer.alloc(16), uint16(id.length), id, this.coseKey()]);
    const authData = this.authenticatorData(options, { ...deviation, flags: flags | ATTESTED }, credential);
    return this.response({
      clientDataJSON: this.clientData(options, { type: 'webauthn.create', ...deviation }).toString('base64url'),
      attestationObject: attestationOf(authData).toString('base64url'),
      transports: ['internal'],
    });
  }

  /** `navigator.credentials.get()` */
  get(options: RequestOptions, deviation: Deviation = {}): PasskeyJson {
    if (deviation.counter === undefined) this.counter += 1;
    const authData = this.authenticatorData(options, { counter: this.counter, ...deviation });
    const clientData = this.clientData(options, { type: 'webauthn.get', ...deviation });
    const signed = Buffer.concat([authData, createHash('sha256').update(clientData).digest()]);
    const { userHandle = this.userHandle } = deviation;
    return this.response({
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: sign('sha256', signed, deviation.key ?? this.key).toString('base64url'),
      ...(userHandle === null ? {} : { userHandle }),
    });
  }

  private response(response: PasskeyJson['response']): PasskeyJson {
    const { credentialId: id } = this;
    return { id, rawId: id, type: 'public-key', response, clientExtensionResults: {} };
  }

  private clientData({ challenge }: RequestOptions, deviation: Deviation): Buffer {
    const { type, origin = this.origin, crossOrigin = false, topOrigin } = deviation;
    return Buffer.from(
      JSON.stringify({
        type,
        challenge: deviation.challenge ?? challenge,
        origin,
        crossOrigin,
        ...(topOrigin === undefined ? {} : { topOrigin }),
      }),
    );
  }

  private authenticatorData(options: RequestOptions, deviation: Deviation, credential = Buffer.alloc(0)): Buffer {
    const { rpId = options.rpId ?? options.rp?.id ?? '', flags = PRESENT | VERIFIED, counter = 0 } = deviation;
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([flags]), count, credential]);
  }

  /** An ES256 key in CBOR (RFC 9053 §7.1): {1: 2, 3: -7, -1: 1, -2: x, -3: y}. */
  private coseKey(): Buffer {
    const { x = '', y = '' } = this.keys.publicKey.export({ format: 'jwk' });
    const coordinate = (label: number, value: string): Buffer =>
      Buffer.concat([Buffer.from([label, 0x58, 32]), Buffer.from(value, 'base64url')]);
    return Buffer.concat([
      Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01]),
      coordinate(0x21, x),
      coordinate(0x22, y),
    ]);
  }
}

/** `{fmt: "none", attStmt: {}, authData}` in CBOR. */
function attestationOf(authData: Buffer): Buffer {
  const text = (value: string): Buffer => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);
  return Buffer.concat([
    Buffer.from([0xa3]),
    text('fmt'),
    text('none'),
    text('attStmt'),
    Buffer.from([0xa0]),
    text('authData'),
    Buffer.from([0x59]),
    uint16(authData.length),
    authData,
  ]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
