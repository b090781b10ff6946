import type { TestApp } from '../app.js';
import type { GivenUser } from '../given/users.js';
import type { TestHttp } from '../http.js';

/** A call that succeeds, and what the audit log must say of it. */
export interface AuditedCall {
  readonly http: TestHttp;
  readonly path: string;
  readonly body?: unknown;
  readonly action: string;
  readonly resourceType: string;
  /** Left out where the call itself makes the resource: then it must be the id of the answer. */
  readonly resourceId?: string;
  /** The person who acts; null for somebody who is not known yet. */
  readonly actorId: string | null;
}

export type AuditRecipe = (t: TestApp, user: GivenUser) => Promise<AuditedCall> | AuditedCall;
