import { Injectable } from '@nestjs/common';

export type ComponentStatus = 'ok' | 'degraded' | 'down';

export interface ComponentHealth {
  readonly status: ComponentStatus;
  /** One safe sentence; no address, no secret. */
  readonly detail?: string;
}

export interface HealthComponent {
  readonly name: string;
  /** Without a critical component the process cannot serve: it is not ready, and health answers 503. */
  readonly critical: boolean;
  check(): Promise<ComponentHealth> | ComponentHealth;
}

export interface HealthReport {
  readonly status: ComponentStatus;
  readonly components: Readonly<Record<string, ComponentHealth>>;
}

const CHECK_TIMEOUT_MS = 2_000;

/** Knows the components of the process, asks each how it is, and says whether the process is shutting down. */
@Injectable()
export class Health {
  private readonly components = new Map<string, HealthComponent>();
  private leaving = false;
  private stopping = false;

  register(component: HealthComponent): void {
    this.components.set(component.name, component);
  }

  /** From now on the process is not ready, so that balancers stop sending; what they sent already is answered. */
  leave(): void {
    this.leaving = true;
  }

  /** From now on nobody is served any more. */
  drain(): void {
    this.leaving = true;
    this.stopping = true;
  }

  get isLeaving(): boolean {
    return this.leaving;
  }

  get draining(): boolean {
    return this.stopping;
  }

  /** Whether this process can take requests now. */
  async ready(): Promise<boolean> {
    if (this.leaving) return false;
    const critical = [...this.components.values()].filter((component) => component.critical);
    const states = await Promise.all(critical.map(check));
    return states.every(({ status }) => status !== 'down');
  }

  async report(): Promise<HealthReport> {
    const checked = await Promise.all(
      Array.from(this.components.values(), async (component) => {
        const { name, critical } = component;
        return { name, critical, state: await check(component) };
      }),
    );
    let status: ComponentStatus = this.leaving ? 'degraded' : 'ok';
    for (const { critical, state } of checked) {
      if (state.status === 'down' && critical) status = 'down';
      else if (state.status !== 'ok' && status === 'ok') status = 'degraded';
    }
    return { status, components: Object.fromEntries(checked.map(({ name, state }) => [name, state])) };
  }
}

/** A component that does not answer in time is down. */
async function check(component: HealthComponent): Promise<ComponentHealth> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<ComponentHealth>((resolve) => {
    timer = setTimeout(() => resolve({ status: 'down', detail: 'does not answer' }), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([Promise.resolve(component.check()), late]);
  } catch {
    return { status: 'down', detail: 'failed its check' };
  } finally {
    clearTimeout(timer);
  }
}
