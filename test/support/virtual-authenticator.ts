import { spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import type { PasskeyJson } from './soft-authenticator.js';

/** A Chromium that starts here, or why there is none. */
export type FoundChromium = { readonly executable: string; readonly libraries: string } | { readonly reason: string };

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Takes seconds the first time, when the one that npm brings along is unpacked. */
export function findChromium(): FoundChromium {
  const { stdout, stderr } = spawnSync(process.execPath, [resolve(__dirname, 'chromium.mjs')], { encoding: 'utf8' });
  return stdout === '' ? { reason: stderr.trim() } : (JSON.parse(stdout) as FoundChromium);
}

/** A page on localhost, which is as good as TLS to a browser. */
export class PageServer {
  private constructor(private readonly server: Server) {}

  static async start(): Promise<PageServer> {
    const server = createServer(
      (_request, reply) => void reply.setHeader('content-type', 'text/html').end('<!doctype html>'),
    );
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new PageServer(server);
  }

  get origin(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

/** A real browser with an authenticator that Chromium plays (CDP, domain WebAuthn): nobody touches it, all else is real. */
export class VirtualAuthenticator {
  private constructor(
    private readonly browser: Browser,
    private readonly page: Page,
    private readonly cdp: CDPSession,
    private readonly id: string,
  ) {}

  static async start(origin: string, found: FoundChromium): Promise<VirtualAuthenticator> {
    if ('reason' in found) throw new Error(found.reason);
    const env = { ...process.env, LD_LIBRARY_PATH: found.libraries };
    const browser = await chromium.launch({ executablePath: found.executable, args: FLAGS, env });
    const page = await browser.newPage();
    await page.goto(origin);
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return new VirtualAuthenticator(browser, page, cdp, authenticatorId);
  }

  create(options: object): Promise<PasskeyJson> {
    return this.ask('create', 'parseCreationOptionsFromJSON', options);
  }

  get(options: object): Promise<PasskeyJson> {
    return this.ask('get', 'parseRequestOptionsFromJSON', options);
  }

  /** Whether its owner passes the check of the device from now on. */
  async recognise(isUserVerified: boolean): Promise<void> {
    await this.cdp.send('WebAuthn.setUserVerified', { authenticatorId: this.id, isUserVerified });
  }

  /** Another page, as a phishing one would be. */
  async visit(origin: string): Promise<void> {
    await this.page.goto(origin);
  }

  async stop(): Promise<void> {
    await this.browser.close();
  }

  /** As text, because it runs in the page. */
  private ask(verb: string, parse: string, options: object): Promise<PasskeyJson> {
    return this.page.evaluate<PasskeyJson>(`(async () => {
      const publicKey = PublicKeyCredential.${parse}(${JSON.stringify(options)});
      return (await navigator.credentials.${verb}({ publicKey })).toJSON();
    })()`);
  }
}
