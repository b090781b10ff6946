import type { Principal } from '#libs/access';

export const ALERT_SEVERITIES = ['info', 'success', 'warning', 'error'] as const;
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

/** What an alert is about. */
export interface AlertSubject {
  /** Lower snake case: `key_pool_degraded`. */
  readonly kind: string;
  readonly resourceType: string;
  readonly resourceId: string;
}

/** What an event has to tell administrators. Name no secret. */
export interface Alert extends AlertSubject {
  readonly severity: AlertSeverity;
  readonly message: string;
  /** It stands until another event clears it, and meanwhile it is not told again. */
  readonly lasts: boolean;
}

/** Something that happened. One class for each event, named in the past tense, declared by the feature it happens in. */
export abstract class DomainEvent {
  /** Declared by events that administrators are to hear of. */
  alert?(): Alert;
  /** Declared by events that end what an earlier one told. */
  clears?(): AlertSubject;
}

/** The part of an entry that is about somebody. */
export interface PersonalPart {
  /** The id of the person; undefined when it is nobody that we know. */
  readonly of: string | undefined;
  /** Names of values, old and new. */
  readonly values: readonly string[];
}

/** What an event tells the audit log about itself. Values are shown to administrators: name no secret. */
export interface AuditEntry {
  /** Upper snake case: `API_KEY_REVOKED`. */
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId?: string | undefined;
  readonly oldValues?: Readonly<Record<string, unknown>> | undefined;
  readonly newValues?: Readonly<Record<string, unknown>> | undefined;
  /** False for what was tried and refused. */
  readonly success?: boolean;
  readonly errorCode?: string;
  /** What of the values is about a person, and is forgotten with them. */
  readonly personal?: PersonalPart;
  /** Anybody can make it happen as often as they like: so many rows a minute are kept, not all. */
  readonly needsNoCredential?: boolean;
}

/** An event that leaves a row in the audit log. It describes itself, so the log knows no feature. */
export abstract class AuditableEvent extends DomainEvent {
  /** @param actor who did it */
  constructor(readonly actor: Principal) {
    super();
  }

  abstract audit(): AuditEntry;
}
