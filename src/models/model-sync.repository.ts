import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { Not } from 'typeorm';
import type { CatalogueRow } from './catalogue.plan.js';
import { ModelEntity } from './model.entity.js';

const SAVE = `
  INSERT INTO models AS model
         (id, provider_id, upstream_name, vendor, description, context_length, max_output_tokens, input_price,
          output_price, cached_input_price, price_source, capabilities, availability, source)
  SELECT "id", "providerId", "upstreamName", "vendor", "description", "contextLength", "maxOutputTokens", "inputPrice",
         "outputPrice", "cachedInputPrice", "priceSource", "capabilities", "availability", "source"
    FROM jsonb_to_recordset($1::jsonb) AS row
         ("id" text, "providerId" uuid, "upstreamName" text, "vendor" text, "description" text, "contextLength" integer,
          "maxOutputTokens" integer, "inputPrice" bigint, "outputPrice" bigint, "cachedInputPrice" bigint,
          "priceSource" text, "capabilities" text[], "availability" text, "source" text)
  ON CONFLICT (id) DO UPDATE
     SET provider_id = excluded.provider_id, upstream_name = excluded.upstream_name, vendor = excluded.vendor,
         description = excluded.description, context_length = excluded.context_length,
         max_output_tokens = excluded.max_output_tokens, input_price = excluded.input_price,
         output_price = excluded.output_price, cached_input_price = excluded.cached_input_price,
         price_source = excluded.price_source, capabilities = excluded.capabilities,
         availability = excluded.availability, source = excluded.source, updated_at = now()`;

/** What the synchronisation reads and writes. */
@Injectable()
export class ModelSyncRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** Lets one synchronisation write at a time, on any replica; readers and subscriptions are not held up. */
  async lock(): Promise<void> {
    await this.work.manager.query('LOCK TABLE models IN SHARE ROW EXCLUSIVE MODE');
  }

  /** The whole catalogue but mocks. */
  findAll(): Promise<CatalogueRow[]> {
    return this.work.manager.getRepository(ModelEntity).findBy({ source: Not('mock') });
  }

  /** Inserts rows, or writes over those of the same name, in one statement. */
  async save(rows: readonly CatalogueRow[]): Promise<void> {
    const json = JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
    await this.work.manager.query(SAVE, [json]);
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
