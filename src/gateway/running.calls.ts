import { Injectable, Logger } from '@nestjs/common';
import type { ApiKeyPrincipal } from '#libs/access';
import { ChangeFeed } from '#libs/events';
import { LinkedList } from '#libs/kernel';
import { ApiKeyDirectory } from '../api-keys/api-key.directory.js';

/** A call under way, and how it is broken off. */
export class RunningCall {
  isCut = false;
  /** To be called when it has ended. */
  readonly leave: () => void;
  private onCut: (() => void) | undefined;

  constructor(
    readonly actor: ApiKeyPrincipal,
    calls: LinkedList<RunningCall>,
  ) {
    this.leave = calls.add(this);
  }

  /** Says how it is broken off. */
  whenCut(breakOff: () => void): void {
    this.onCut = breakOff;
  }

  cut(): void {
    this.isCut = true;
    this.onCut?.();
  }
}

/** Changes come in flocks: a team that goes takes its members along. */
const LOOK_AFTER_MS = 100;
const AGAIN_AFTER_MS = 1_000;

/**
 * Breaks off calls whose API key, or whoever stands behind it, may not call any more. It looks when something changed
 * that a running call hangs on, once for all of them; a call costs a place in a list.
 */
@Injectable()
export class RunningCalls {
  private readonly log = new Logger(RunningCalls.name);
  private readonly calls = new LinkedList<RunningCall>();
  private suspects = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly keys: ApiKeyDirectory,
    changes: ChangeFeed,
  ) {
    changes.on('api_keys', (keyId) => this.suspect(({ id }) => id === keyId));
    changes.on('users', (id) => this.suspect(({ userId }) => userId === id));
    changes.on('team_members', (id) => this.suspect(({ userId, teamId }) => userId === id && teamId !== undefined));
    changes.on('teams', (id) => this.suspect(({ teamId }) => teamId === id));
    changes.onGap(() => this.suspect(() => true));
  }

  enter(actor: ApiKeyPrincipal): RunningCall {
    return new RunningCall(actor, this.calls);
  }

  private suspect(isOfKind: (actor: ApiKeyPrincipal) => boolean): void {
    for (const { actor } of this.calls) if (isOfKind(actor)) this.suspects.add(actor.id);
    if (this.suspects.size > 0) this.lookIn(LOOK_AFTER_MS);
  }

  private lookIn(ms: number): void {
    this.timer ??= setTimeout(() => void this.look(), ms).unref();
  }

  private async look(): Promise<void> {
    const suspects = this.suspects;
    this.suspects = new Set();
    this.timer = undefined;
    try {
      const refused = await this.keys.refusedOf([...suspects]);
      const cut = [...this.calls].filter(({ actor }) => refused.has(actor.id));
      for (const call of cut) call.cut();
      if (cut.length > 0) this.log.log(`${cut.length} running calls broken off: their API keys were disabled`);
    } catch (error) {
      this.log.warn('Running calls could not be looked after; it is tried again.', error);
      for (const id of suspects) this.suspects.add(id);
      this.lookIn(AGAIN_AFTER_MS);
    }
  }
}
