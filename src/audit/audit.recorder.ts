import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { AuditableEvent, type AuditEntry, OnEvent } from '#libs/events';
import { newId } from '#libs/kernel';
import { currentRequest, Redactor } from '#libs/observability';
import { AuditLogRepository } from './audit-log.repository.js';
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
    await this.logs.append({
      id: newId(),
      action: entry.action,
      resourceType: entry.resourceType,
      resourceId: entry.resourceId ?? null,
      actorKind: actor.kind,
      actorId: actor.kind === 'anonymous' ? null : actor.id,
      success: entry.success ?? true,
      errorCode: entry.errorCode ?? null,
      oldValues: this.storable(entry.oldValues),
      newValues: this.storable(entry.newValues),
      // Behind a trusted proxy the address is what that proxy wrote, which need not be one.
      ip: request && isIP(request.ip) !== 0 ? request.ip : null,
      userAgent: request?.userAgent?.slice(0, LONGEST_USER_AGENT) ?? null,
      requestId: request?.requestId ?? null,
    });
  }

  private storable(values: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> | null {
    if (values === undefined) return null;
    const text = JSON.stringify(this.redactor.data(values), (_name, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    );
    return JSON.parse(text) as Record<string, unknown>;
  }
}
