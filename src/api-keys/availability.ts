import { isConnectionLoss } from '#libs/database';

/** The database does not answer, or did not a moment ago. */
export class DatabaseAway extends Error {}

const PATIENCE_MS = 2_000;
const PAUSE_MS = 500;

/**
 * Asks the database so that its absence is cheap: silence counts as absence (a dead line is noticed only after
 * minutes), and after an absence nobody knocks for a moment.
 */
export class Availability {
  private awayUntil = 0;

  /** @throws DatabaseAway when there is no answer in time, or was none just now */
  async ask<T>(question: () => Promise<T>): Promise<T> {
    if (performance.now() < this.awayUntil) throw new DatabaseAway('PostgreSQL was away a moment ago.');
    try {
      return await withPatience(question());
    } catch (error) {
      if (error instanceof DatabaseAway || isConnectionLoss(error)) this.awayUntil = performance.now() + PAUSE_MS;
      throw error;
    }
  }
}

async function withPatience<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DatabaseAway('PostgreSQL does not answer.')), PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}
