import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ldapjs from 'ldapjs';
import { Client } from 'ldapts';
import { eventually } from './eventually.js';
import { type SelfSigned, selfSigned } from './self-signed.js';

export const BASE = 'dc=example,dc=com';
export const BIND_DN = `cn=reader,${BASE}`;
export const BIND_PASSWORD = 'reader-password';
const SLAPD = '/usr/sbin/slapd';
const SCHEMAS = '/etc/ldap/schema';

/** Somebody whom the directory knows. */
export interface LdapPerson {
  readonly uid: string;
  readonly mail: string;
  readonly cn: string;
  readonly password: string;
  readonly groups: readonly string[];
}

/** A real directory on loopback. */
export interface LdapPeer {
  readonly url: string;
  /** Undefined where it speaks in the clear only. */
  readonly certificate: string | undefined;
  /** Lets the people in the directory, in the place of those who were there. */
  replace(people: readonly LdapPerson[]): Promise<void>;
  /** Binds so far, those of the reader as well. */
  readonly binds: { readonly dn: string; readonly password: string }[];
  stop(): Promise<void>;
}

/** What of ldapjs' requests and answers is used here; its own types do not know it. */
interface Request {
  readonly dn: { toString(): string };
  readonly credentials: string;
  readonly filter: { matches(attributes: object): boolean };
}
interface Response {
  send(entry: object, whole: boolean): void;
  end(): void;
}
type Next = (error?: unknown) => void;

const dnOf = ({ uid }: LdapPerson): string => `uid=${uid},ou=people,${BASE}`;
const groupDn = (group: string): string => `cn=${group},ou=groups,${BASE}`;

/** ldapjs, over TLS. It knows every bind that came. */
export async function startLdapjs(certificate: SelfSigned = selfSigned()): Promise<LdapPeer> {
  const server = ldapjs.createServer({ certificate: certificate.certificate, key: certificate.key });
  const binds: { dn: string; password: string }[] = [];
  let people: readonly LdapPerson[] = [];
  const passwordOf = (dn: string): string | undefined =>
    dn === BIND_DN ? BIND_PASSWORD : people.find((person) => dnOf(person) === dn)?.password;
  server.bind(BASE, (request: Request, response: Response, next: Next) => {
    const dn = plain(request.dn);
    binds.push({ dn, password: request.credentials });
    // As RFC 4513 has it, a bind without a password is one of nobody, and succeeds.
    if (request.credentials !== '' && request.credentials !== passwordOf(dn)) {
      return next(new ldapjs.InvalidCredentialsError());
    }
    response.end();
    return next();
  });
  server.search(BASE, (request: Request, response: Response, next: Next) => {
    const entries = [
      ...people.map((person) => ({ dn: dnOf(person), attributes: attributesOf(person) })),
      ...groupsOf(people).map(({ name, members }) => ({
        dn: groupDn(name),
        attributes: { cn: name, member: members, objectclass: 'groupOfNames' },
      })),
    ];
    const base = plain(request.dn);
    for (const entry of entries)
      if (entry.dn.endsWith(base) && request.filter.matches(entry.attributes)) response.send(entry, true);
    response.end();
    return next();
  });
  const sockets = new Set<Socket>();
  (server as unknown as { server: Server }).server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = new URL(server.url);
  return {
    url: `ldaps://localhost:${port}`,
    certificate: certificate.certificate,
    replace: (all) => {
      people = all;
      return Promise.resolve();
    },
    binds,
    stop: () => {
      server.close(() => undefined);
      // It would wait for a client that went without a word.
      for (const socket of sockets) socket.destroy();
      return Promise.resolve();
    },
  };
}

/** Whether this machine has OpenLDAP's server. */
export const hasSlapd = existsSync(SLAPD) && existsSync(SCHEMAS);

/** OpenLDAP's server, with STARTTLS. */
export async function startSlapd(certificate: SelfSigned = selfSigned()): Promise<LdapPeer> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-slapd-'));
  mkdirSync(join(folder, 'db'));
  writeFileSync(join(folder, 'key.pem'), certificate.key);
  writeFileSync(join(folder, 'certificate.pem'), certificate.certificate);
  const config = [
    ...['core', 'cosine', 'inetorgperson'].map((name) => `include ${SCHEMAS}/${name}.schema`),
    'modulepath /usr/lib/ldap',
    'moduleload back_mdb',
    'moduleload memberof',
    `TLSCACertificateFile ${folder}/certificate.pem`,
    `TLSCertificateFile ${folder}/certificate.pem`,
    `TLSCertificateKeyFile ${folder}/key.pem`,
    'database mdb',
    `suffix "${BASE}"`,
    `rootdn "${BIND_DN}"`,
    `rootpw ${BIND_PASSWORD}`,
    `directory ${folder}/db`,
    'overlay memberof',
  ];
  writeFileSync(join(folder, 'slapd.conf'), `${config.join('\n')}\n`);
  const port = await freePort();
  const server = spawn(SLAPD, ['-f', join(folder, 'slapd.conf'), '-h', `ldap://127.0.0.1:${port}/`, '-d', '0'], {
    stdio: 'ignore',
  });
  const connect = async (): Promise<Client> => {
    const client = new Client({ url: `ldap://127.0.0.1:${port}`, connectTimeout: 1_000 });
    await client.bind(BIND_DN, BIND_PASSWORD);
    return client;
  };
  const admin = await eventually(connect);
  await admin.add(BASE, { objectClass: ['dcObject', 'organization'], dc: 'example', o: 'Example' });
  for (const unit of ['people', 'groups'])
    await admin.add(`ou=${unit},${BASE}`, { objectClass: ['organizationalUnit'], ou: unit });
  return {
    url: `ldap://localhost:${port}`,
    certificate: certificate.certificate,
    replace: (people) => replaceIn(admin, people),
    binds: [],
    stop: async () => {
      await admin.unbind();
      const stopped = once(server, 'exit');
      // There is nothing to keep, and it would wait for whoever is still connected.
      server.kill('SIGKILL');
      await stopped;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function replaceIn(admin: Client, people: readonly LdapPerson[]): Promise<void> {
  const { searchEntries } = await admin.search(BASE, {
    filter: '(|(objectClass=inetOrgPerson)(objectClass=groupOfNames))',
    attributes: ['1.1'],
  });
  // Who stays is the same entry, and the same person.
  const kept = new Set(people.map(dnOf));
  for (const { dn } of searchEntries) if (!kept.has(dn)) await admin.del(dn);
  const known = new Set(searchEntries.map(({ dn }) => dn));
  for (const person of people.filter((each) => !known.has(dnOf(each)))) {
    const { uid, mail, cn, password } = person;
    await admin.add(dnOf(person), { objectClass: ['inetOrgPerson'], uid, mail, cn, sn: cn, userPassword: password });
  }
  for (const { name, members } of groupsOf(people)) {
    await admin.add(groupDn(name), { objectClass: ['groupOfNames'], cn: name, member: members });
  }
}

function attributesOf(person: LdapPerson): Record<string, string | string[]> {
  const { uid, mail, cn } = person;
  const entryUUID = `00000000-0000-4000-8000-${Buffer.from(uid).toString('hex').padStart(12, '0').slice(-12)}`;
  return { uid, mail, cn, entryUUID, memberOf: person.groups.map(groupDn), objectclass: 'inetOrgPerson' };
}

function groupsOf(people: readonly LdapPerson[]): { name: string; members: string[] }[] {
  const names = new Set(people.flatMap(({ groups }) => groups));
  return [...names].map((name) => ({ name, members: people.filter(({ groups }) => groups.includes(name)).map(dnOf) }));
}

/** ldapjs writes a space after each comma. */
function plain(dn: { toString(): string }): string {
  return dn.toString().replaceAll(', ', ',');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
