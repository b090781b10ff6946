import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';

/** The questions about what administrators set. */
@Injectable()
export class SettingsRepository {
  constructor(private readonly work: UnitOfWork) {}

  async find(key: string): Promise<object | undefined> {
    const rows: { value: object }[] = await this.work.manager.query('SELECT value FROM settings WHERE key = $1', [key]);
    return rows[0]?.value;
  }

  /** Like {@link find}, and nobody else sets it until the transaction ends. */
  async lock(key: string): Promise<object | undefined> {
    await this.work.manager.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`setting ${key}`]);
    return this.find(key);
  }

  async save(key: string, value: object): Promise<void> {
    await this.work.manager.query(
      `INSERT INTO settings (key, value) VALUES ($1, $2)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()`,
      [key, JSON.stringify(value)],
    );
  }
}
