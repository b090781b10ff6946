import { hash } from '@node-rs/argon2';
import { KeyedHashes, SealedBox } from '#libs/crypto';
import { newId } from '#libs/kernel';
import type { TestApp } from '../app.js';
import type { TestHttp } from '../http.js';

/** Keeps the password policy; every given user has it. */
export const GIVEN_PASSWORD = 'Correct-Horse-7-Battery';

const DEFAULT_TEAM_ID = 'a0000000-0000-4000-8000-000000000001';

export interface GivenUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly password: string;
  /** An access token of a fresh session. */
  readonly token: string;
  /** A client that sends it. */
  readonly http: TestHttp;
}

/** What stands in the table of users for an address: the box, its key and the blind index. */
export function sealedEmail(t: TestApp, id: string, email: string): [box: Buffer, keyId: string, index: Buffer] {
  const sealed = t.app
    .get(SealedBox, { strict: false })
    .seal(email, { table: 'users', row: id, column: 'email_sealed' });
  return [sealed.box, sealed.keyId, emailIndex(t, email)];
}

/** By what the row of an address is found. */
export function emailIndex(t: TestApp, email: string): Buffer {
  return t.app.get(KeyedHashes, { strict: false }).for('users.email_index').hash(email);
}

let givenHash: Promise<string> | undefined;

/** One cheap hash for all, so that a hundred users cost milliseconds; the parameters travel inside the hash. */
function passwordHash(): Promise<string> {
  givenHash ??= hash(GIVEN_PASSWORD, { memoryCost: 1_024, timeCost: 3, parallelism: 2 });
  return givenHash;
}

/**
 * A person with an account, a place in the default team, and a session opened at the front door. Makes no
 * use of registration, so neither its limits nor its first-is-administrator rule matter.
 */
export async function givenUser(
  t: TestApp,
  { role = 'user', name = 'Grace Hopper', email = `user-${newId()}@example.com` } = {},
): Promise<GivenUser> {
  const id = newId();
  await t.db.query(
    `WITH person AS (
       INSERT INTO users (id, email_sealed, email_key_id, email_index, name, password_hash, role)
       VALUES ($1, $6, $7, $8, $2, $3, $4) RETURNING id
     )
     INSERT INTO team_members (team_id, user_id, role) SELECT $5, id, 'member' FROM person`,
    [id, name, await passwordHash(), role, DEFAULT_TEAM_ID, ...sealedEmail(t, id, email)],
  );
  const answer = await t.http.post<{ data: { accessToken: string } }>('/api/auth/login', {
    email,
    password: GIVEN_PASSWORD,
  });
  if (answer.status !== 200) throw new Error(`The given user cannot sign in: ${answer.status} ${answer.text}`);
  const token = answer.body.data.accessToken;
  return { id, email, name, role, password: GIVEN_PASSWORD, token, http: t.http.bearer(token) };
}
