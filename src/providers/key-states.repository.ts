import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import type { CircuitReason, CircuitState } from './key.circuit.js';

/** How a key does, as the replicas tell each other. */
export interface KeptState {
  readonly keyId: string;
  readonly state: CircuitState;
  readonly reason: CircuitReason | null;
  readonly failures: number;
  readonly openUntil: Date | null;
  readonly lastError: string | null;
  readonly lastFailedAt: Date | null;
  /** Counts the changes of the circuit. */
  readonly version: number;
}

export interface UseCounts {
  readonly keyId: string;
  readonly attempts: number;
  readonly errors: number;
  readonly lastUsedAt: Date | null;
}

/** What a key has done since it was added, and what it answered in a period. */
export interface KeyStatistics {
  readonly requests: number;
  readonly errors: number;
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cost: bigint;
}

/** The questions about how keys do. */
@Injectable()
export class KeyStatesRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** Counts the changes of providers and keys. */
  async revision(): Promise<string> {
    const rows: { revision: string }[] = await this.work.manager.query('SELECT revision FROM key_pool_revision');
    return rows[0]?.revision ?? '';
  }

  /** Part of every transaction that changes a provider or a key: every replica reads them again. */
  async bumpRevision(): Promise<void> {
    await this.work.manager.query('UPDATE key_pool_revision SET revision = revision + 1');
  }

  async circuits(): Promise<KeptState[]> {
    const rows: (Omit<KeptState, 'version'> & { version: string })[] = await this.work.manager.query(
      `SELECT provider_key_id AS "keyId", state, reason, failures, open_until AS "openUntil", last_error AS "lastError",
              last_failed_at AS "lastFailedAt", version
         FROM provider_key_states`,
    );
    return rows.map((row) => ({ ...row, version: Number(row.version) }));
  }

  async uses(keyIds: readonly string[]): Promise<(UseCounts & { lastUsedAt: Date | null })[]> {
    const rows: { keyId: string; attempts: string; errors: string; lastUsedAt: Date | null }[] =
      await this.work.manager.query(
        `SELECT provider_key_id AS "keyId", attempts, errors, last_used_at AS "lastUsedAt"
           FROM provider_key_states WHERE provider_key_id = ANY ($1)`,
        [keyIds],
      );
    return rows.map((row) => ({ ...row, attempts: Number(row.attempts), errors: Number(row.errors) }));
  }

  /** Adds to the counts; keys that are gone meanwhile are left out. */
  async addUses(uses: readonly UseCounts[]): Promise<void> {
    await this.work.manager.query(
      `INSERT INTO provider_key_states AS kept (provider_key_id, attempts, errors, last_used_at, version)
       SELECT u.id, u.attempts, u.errors, u.used_at, 0
         FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::timestamptz[]) AS u (id, attempts, errors, used_at)
        WHERE EXISTS (SELECT 1 FROM provider_keys WHERE id = u.id)
        ORDER BY u.id
       ON CONFLICT (provider_key_id) DO UPDATE
         SET attempts = kept.attempts + excluded.attempts, errors = kept.errors + excluded.errors,
             last_used_at = greatest(kept.last_used_at, excluded.last_used_at)`,
      [
        uses.map(({ keyId }) => keyId),
        uses.map(({ attempts }) => attempts),
        uses.map(({ errors }) => errors),
        uses.map(({ lastUsedAt }) => lastUsedAt),
      ],
    );
  }

  /**
   * Keeps what changed. A circuit that opened is always kept; any other change only on top of the version that it was
   * made from, so that an old success does not undo another replica's failure.
   *
   * @param changes each with the version that it was made from
   * @returns the new versions of those that were kept
   */
  async keep(changes: readonly KeptState[]): Promise<Map<string, number>> {
    const rows: { keyId: string; version: string }[] = await this.work.manager.query(
      `WITH kept AS (
         INSERT INTO provider_key_states AS kept
                (provider_key_id, state, reason, failures, open_until, last_error, last_failed_at, version)
         SELECT u.id, u.state, u.reason, u.failures, u.open_until, u.last_error, u.failed_at, u.version + 1
           FROM unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::timestamptz[], $6::text[],
                       $7::timestamptz[], $8::bigint[])
                AS u (id, state, reason, failures, open_until, last_error, failed_at, version)
          WHERE EXISTS (SELECT 1 FROM provider_keys WHERE id = u.id)
          ORDER BY u.id
         ON CONFLICT (provider_key_id) DO UPDATE
           SET state = excluded.state, reason = excluded.reason, failures = excluded.failures,
               open_until = excluded.open_until, last_error = excluded.last_error,
               last_failed_at = excluded.last_failed_at, version = kept.version + 1
           WHERE excluded.version = kept.version + 1 OR excluded.state = 'open'
         RETURNING provider_key_id AS "keyId", version
       ) SELECT * FROM kept`,
      [
        changes.map(({ keyId }) => keyId),
        changes.map(({ state }) => state),
        changes.map(({ reason }) => reason),
        changes.map(({ failures }) => failures),
        changes.map(({ openUntil }) => openUntil),
        changes.map(({ lastError }) => lastError),
        changes.map(({ lastFailedAt }) => lastFailedAt),
        changes.map(({ version }) => version),
      ],
    );
    return new Map(rows.map(({ keyId, version }) => [keyId, Number(version)]));
  }

  /** Closes a circuit, whatever its version. */
  async reset(keyId: string): Promise<void> {
    await this.work.manager.query(
      `UPDATE provider_key_states SET state = 'closed', reason = NULL, failures = 0, open_until = NULL,
              version = version + 1
        WHERE provider_key_id = $1`,
      [keyId],
    );
  }

  /** @param since bounds the calls; attempts and errors are counted from the start */
  async statistics(keyId: string, since: Date): Promise<KeyStatistics> {
    const rows: Record<keyof KeyStatistics, string | null>[] = await this.work.manager.query(
      `SELECT max(s.attempts) AS requests, max(s.errors) AS errors, count(e.id) AS calls,
              sum(e.input_tokens) AS "inputTokens", sum(e.output_tokens) AS "outputTokens", sum(e.cost) AS cost
         FROM (SELECT $1::uuid AS id) AS k
         LEFT JOIN provider_key_states s ON s.provider_key_id = k.id
         LEFT JOIN usage_events e ON e.provider_key_id = k.id AND e.created_at >= $2`,
      [keyId, since],
    );
    const number = (name: keyof KeyStatistics): number => Number(rows[0]?.[name] ?? 0);
    return {
      requests: number('requests'),
      errors: number('errors'),
      calls: number('calls'),
      inputTokens: number('inputTokens'),
      outputTokens: number('outputTokens'),
      cost: BigInt(rows[0]?.cost ?? 0),
    };
  }
}
