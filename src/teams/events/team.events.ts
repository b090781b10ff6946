import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

/** What others may know of a team. */
export interface TeamFacts {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly description: string | null;
}

abstract class TeamEvent extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly team: TeamFacts,
  ) {
    super(actor);
  }

  protected entry(action: string): AuditEntry {
    return { action, resourceType: 'team', resourceId: this.team.id };
  }
}

function shown({ slug, name, description }: TeamFacts): Record<string, string | null> {
  return { slug, name, description };
}

export class TeamCreated extends TeamEvent {
  audit(): AuditEntry {
    return { ...this.entry('TEAM_CREATED'), newValues: shown(this.team) };
  }
}

export class TeamUpdated extends TeamEvent {
  constructor(
    actor: Principal,
    readonly before: TeamFacts,
    team: TeamFacts,
  ) {
    super(actor, team);
  }

  audit(): AuditEntry {
    return { ...this.entry('TEAM_UPDATED'), oldValues: shown(this.before), newValues: shown(this.team) };
  }
}

/** The team is gone, and everybody's place in it. */
export class TeamDeleted extends TeamEvent {
  audit(): AuditEntry {
    return { ...this.entry('TEAM_DELETED'), oldValues: shown(this.team) };
  }
}
