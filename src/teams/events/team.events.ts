import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

/** What others may know of a team. */
export interface TeamFacts {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly description: string | null;
  readonly allowedModels: readonly string[];
  readonly rpmLimit: number | null;
  readonly tpmLimit: number | null;
  /** Decimals of US dollars, and how long they have to last. */
  readonly maxBudget?: string | null;
  readonly budgetDuration?: string | null;
}

/** Something about a team is different now. */
export abstract class TeamChanged extends AuditableEvent {
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

function shown({ slug, name, description, ...limits }: TeamFacts): Record<string, unknown> {
  const { allowedModels, rpmLimit, tpmLimit, maxBudget = null, budgetDuration = null } = limits;
  return { slug, name, description, allowedModels: [...allowedModels], rpmLimit, tpmLimit, maxBudget, budgetDuration };
}

/** A team has another owner, since the one it had deletes the account. */
export class TeamPassedOn extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly teamId: string,
    readonly fromUserId: string,
    readonly toUserId: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'TEAM_PASSED_ON',
      resourceType: 'team',
      resourceId: this.teamId,
      oldValues: { ownerId: this.fromUserId },
      newValues: { ownerId: this.toUserId },
    };
  }
}

export class TeamCreated extends TeamChanged {
  audit(): AuditEntry {
    return { ...this.entry('TEAM_CREATED'), newValues: shown(this.team) };
  }
}

export class TeamUpdated extends TeamChanged {
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

/** A directory let people into the team, or took them out of it. */
export class TeamMembersChanged extends TeamChanged {
  constructor(
    actor: Principal,
    team: TeamFacts,
    /** Ids of people. */
    readonly members: { readonly added: readonly string[]; readonly removed: readonly string[] },
  ) {
    super(actor, team);
  }

  audit(): AuditEntry {
    const { added, removed } = this.members;
    return {
      ...this.entry('TEAM_MEMBERS_CHANGED'),
      oldValues: { removed: [...removed] },
      newValues: { added: [...added] },
    };
  }
}

/** The team is gone, and everybody's place in it. */
export class TeamDeleted extends TeamChanged {
  audit(): AuditEntry {
    return { ...this.entry('TEAM_DELETED'), oldValues: shown(this.team) };
  }
}
