import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { AuditableEvent, type AuditEntry, OnEvent } from '#libs/events';
import { newId } from '#libs/kernel';
import { currentRequest, Redactor } from '#libs/observability';
import { AuditLogRepository, type PersonalAudit } from './audit-log.repository.js';
import { StrangerAllowance } from './stranger.allowance.js';

const LONGEST_USER_AGENT = 512;

/** Writes one row for each event that says it is auditable, in the transaction of the change itself. */
@Injectable()
export class AuditRecorder {
  constructor(
    private readonly logs: AuditLogRepository,
    private readonly redactor: Redactor,
    private readonly allowance: StrangerAllowance,
  ) {}

  @OnEvent(AuditableEvent, 'in-transaction')
  async onAuditable(event: AuditableEvent): Promise<void> {
    const entry = event.audit();
    if (entry.needsNoCredential === true && !(await this.allowance.take())) return;
    await this.record(event.actor, entry);
  }

  /** Who, what and from where; never a secret, even if the event holds one. */
  async record(actor: Principal, entry: AuditEntry): Promise<void> {
    const request = currentRequest();
    // Behind a trusted proxy the address is what that proxy wrote, which need not be one.
    const ip = request && isIP(request.ip) !== 0 ? request.ip : null;
    const userAgent = request?.userAgent?.slice(0, LONGEST_USER_AGENT) ?? null;
    const personId = personBehind(actor, entry);
    const subject = entry.personal?.of;
    const [oldValues, newValues] = [this.storable(entry.oldValues), this.storable(entry.newValues)];
    const isAbout =
      subject === undefined ? () => false : (name: string) => entry.personal?.values.includes(name) === true;
    const row = {
      id: newId(),
      action: entry.action,
      resourceType: entry.resourceType,
      resourceId: entry.resourceId ?? null,
      actorKind: actor.kind,
      actorId: actor.kind === 'anonymous' ? null : actor.id,
      success: entry.success ?? true,
      errorCode: entry.errorCode ?? null,
      oldValues: only(oldValues, (name) => !isAbout(name)),
      newValues: only(newValues, (name) => !isAbout(name)),
      ip: personId === undefined ? ip : null,
      userAgent: personId === undefined ? userAgent : null,
      requestId: request?.requestId ?? null,
    };
    const personal: PersonalAudit[] = [];
    if (personId !== undefined) personal.push({ part: 'origin', personId, ip, userAgent });
    if (subject !== undefined) {
      const about = { oldValues: only(oldValues, isAbout), newValues: only(newValues, isAbout) };
      personal.push({ part: 'subject', personId: subject, ...about });
    }
    await this.logs.append(row, personal);
  }

  private storable(values: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> | null {
    if (values === undefined) return null;
    const text = JSON.stringify(this.redactor.data(values), (_name, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    );
    return JSON.parse(text) as Record<string, unknown>;
  }
}

/** Whose address and program these are, if it is somebody that we know. */
function personBehind(actor: Principal, { personal }: AuditEntry): string | undefined {
  if (actor.kind === 'user' || actor.kind === 'api-key') return actor.userId;
  // Whoever tries to become somebody, or did just now.
  return actor.kind === 'anonymous' ? personal?.of : undefined;
}

function only(
  values: Record<string, unknown> | null,
  isWanted: (name: string) => boolean,
): Record<string, unknown> | null {
  return values && Object.fromEntries(Object.entries(values).filter(([name]) => isWanted(name)));
}
