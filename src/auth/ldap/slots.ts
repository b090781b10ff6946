import { authErrors } from '../auth.errors.js';

/** How many may wait for each that is let in. */
const WAITING_FOR_EACH = 10;

/** Lets so many in at a time, and so many more wait. */
export class Slots {
  private free: number;
  private readonly most: number;
  private readonly waiting: (() => void)[] = [];

  constructor(count: number) {
    this.free = count;
    this.most = count * WAITING_FOR_EACH;
  }

  /** @throws DomainError sign_in_busy when too many wait already */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  private enter(): Promise<void> {
    if (this.free > 0) {
      this.free -= 1;
      return Promise.resolve();
    }
    if (this.waiting.length >= this.most) throw authErrors.sign_in_busy({ retryAfterSeconds: 1 });
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.free += 1;
  }
}
