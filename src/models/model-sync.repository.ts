import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { Not } from 'typeorm';
import type { CataloguePlan, CatalogueRow } from './catalogue.plan.js';
import { ModelEntity } from './model.entity.js';
import { PricesRepository } from './prices/prices.repository.js';

const SAVE = `
  INSERT INTO models AS model
         (id, provider_id, upstream_name, vendor, description, context_length, max_output_tokens,
          capabilities, availability, source)
  SELECT "id", "providerId", "upstreamName", "vendor", "description", "contextLength", "maxOutputTokens",
         "capabilities", "availability", "source"
    FROM jsonb_to_recordset($1::jsonb) AS row
         ("id" text, "providerId" uuid, "upstreamName" text, "vendor" text, "description" text, "contextLength" integer,
          "maxOutputTokens" integer, "capabilities" text[], "availability" text, "source" text)
  ON CONFLICT (id) DO UPDATE
     SET provider_id = excluded.provider_id, upstream_name = excluded.upstream_name, vendor = excluded.vendor,
         description = excluded.description, context_length = excluded.context_length,
         max_output_tokens = excluded.max_output_tokens, capabilities = excluded.capabilities,
         availability = excluded.availability, source = excluded.source, updated_at = now()`;

/** What the synchronisation reads and writes. */
@Injectable()
export class ModelSyncRepository {
  constructor(
    private readonly work: UnitOfWork,
    private readonly prices: PricesRepository,
  ) {}

  /** Lets one synchronisation write at a time, on any replica; readers and subscriptions are not held up. */
  async lock(): Promise<void> {
    await this.work.manager.query('LOCK TABLE models IN SHARE ROW EXCLUSIVE MODE');
  }

  /** The whole catalogue but mocks. */
  async findAll(): Promise<CatalogueRow[]> {
    const models = await this.work.manager.getRepository(ModelEntity).findBy({ source: Not('mock') });
    const prices = await this.prices.findBase();
    return models.map((model) => Object.assign(model, { price: prices.get(model.id) ?? null }));
  }

  /** Inserts rows, or writes over those of the same name, and keeps what they cost from now on. */
  async save({ save, repriced }: Pick<CataloguePlan, 'save' | 'repriced'>): Promise<void> {
    // The prices have a table of their own; JSON has no bigint for them either.
    const json = JSON.stringify(save, (name, value: unknown) => (name === 'price' ? undefined : value));
    await this.work.manager.query(SAVE, [json]);
    await this.prices.addBase(repriced);
  }

  /** Takes the mocks away; nothing refers to them, because nobody can subscribe to one. */
  async deleteMocks(): Promise<void> {
    await this.work.manager.query("DELETE FROM models WHERE source = 'mock'");
  }

  /**
   * Makes unavailable what only providers offer that are not configured any more.
   *
   * @returns the names, by provider
   */
  async retireAllBut(providerIds: readonly string[]): Promise<{ providerId: string; models: string[] }[]> {
    return this.work.manager.query(
      `WITH retired AS (
         UPDATE models SET availability = 'unavailable', updated_at = now()
          WHERE source = 'sync' AND availability = 'available' AND provider_id <> ALL ($1::uuid[])
         RETURNING provider_id, id)
       SELECT provider_id AS "providerId", array_agg(id ORDER BY id) AS models FROM retired GROUP BY provider_id`,
      [providerIds],
    );
  }

  async isEmpty(): Promise<boolean> {
    return !(await this.work.manager.getRepository(ModelEntity).exists());
  }
}
