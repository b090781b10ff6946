import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { ChangeFeed } from '#libs/events';
import { Setting } from './setting.js';
import { SettingsRepository } from './settings.repository.js';

/** Knows the settings that administrators make while the product runs; each is declared beside its owner. */
@Injectable()
export class RuntimeSettings {
  private readonly declared = new Map<string, { forget(): void }>();

  constructor(
    private readonly settings: SettingsRepository,
    private readonly work: UnitOfWork,
    changes: ChangeFeed,
  ) {
    changes.on('settings', (key) => this.declared.get(key)?.forget());
    changes.onGap(() => this.declared.forEach((setting) => setting.forget()));
  }

  /**
   * @param key lower kebab case; never renamed
   * @param unset what holds until somebody sets it; of what is set later only known parts were saved
   */
  declare<T extends object>(key: string, unset: T): Setting<T> {
    if (this.declared.has(key)) throw new Error(`The setting "${key}" is declared twice.`);
    const setting = new Setting(key, unset, this.settings, this.work);
    this.declared.set(key, setting);
    return setting;
  }
}
