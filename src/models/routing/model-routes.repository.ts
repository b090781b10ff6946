import { Injectable } from '@nestjs/common';
import { HotSql, type PreparedStatement, UnitOfWork } from '#libs/database';

/** Another name of a model. */
export interface ModelAlias {
  readonly alias: string;
  readonly modelId: string;
  readonly createdAt: Date;
}

/** A model that answers in the place of another; the first is asked first. */
export interface ModelFallback {
  readonly modelId: string;
  readonly fallbackId: string;
}

const ALIASES: PreparedStatement = {
  name: 'models.aliases',
  text: 'SELECT alias, model_id AS "modelId", created_at AS "createdAt" FROM model_aliases ORDER BY alias',
};
const FALLBACKS: PreparedStatement = {
  name: 'models.fallbacks',
  text: `SELECT model_id AS "modelId", fallback_id AS "fallbackId" FROM model_fallbacks ORDER BY model_id, position`,
};

/** The questions about other names of models and about what stands in for them. */
@Injectable()
export class ModelRoutesRepository {
  constructor(
    private readonly work: UnitOfWork,
    private readonly hot: HotSql,
  ) {}

  aliases(): Promise<ModelAlias[]> {
    return this.hot.query<ModelAlias>(ALIASES, []);
  }

  fallbacks(): Promise<ModelFallback[]> {
    return this.hot.query<ModelFallback>(FALLBACKS, []);
  }

  async findAlias(alias: string): Promise<ModelAlias | undefined> {
    const rows: ModelAlias[] = await this.work.manager.query(
      'SELECT alias, model_id AS "modelId", created_at AS "createdAt" FROM model_aliases WHERE alias = $1',
      [alias],
    );
    return rows[0];
  }

  async fallbacksOf(modelId: string): Promise<string[]> {
    const rows: { fallbackId: string }[] = await this.work.manager.query(
      'SELECT fallback_id AS "fallbackId" FROM model_fallbacks WHERE model_id = $1 ORDER BY position',
      [modelId],
    );
    return rows.map(({ fallbackId }) => fallbackId);
  }

  async setAlias(alias: string, modelId: string): Promise<void> {
    await this.work.manager.query(
      `INSERT INTO model_aliases (alias, model_id) VALUES ($1, $2)
       ON CONFLICT (alias) DO UPDATE SET model_id = excluded.model_id`,
      [alias, modelId],
    );
  }

  async removeAlias(alias: string): Promise<void> {
    await this.work.manager.query('DELETE FROM model_aliases WHERE alias = $1', [alias]);
  }

  async setFallbacks(modelId: string, fallbackIds: readonly string[]): Promise<void> {
    await this.work.manager.query('DELETE FROM model_fallbacks WHERE model_id = $1', [modelId]);
    await this.work.manager.query(
      `INSERT INTO model_fallbacks (model_id, position, fallback_id)
       SELECT $1, position, id FROM unnest($2::text[]) WITH ORDINALITY AS f (id, position)`,
      [modelId, fallbackIds],
    );
  }
}
