import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { EventBus } from '#libs/events';
import type { ImportErrorDto, ImportResultDto } from './dto/provider-key.response.dto.js';
import { SENDABLE } from './dto/provider-key.request.dto.js';
import { ProviderKeysImported } from './events/provider-key.events.js';
import { KeyReader } from './key.reader.js';
import { KeySealer } from './key.sealer.js';
import { PoolChange } from './pool.change.js';
import { ProviderKeysRepository } from './provider-keys.repository.js';
import { providerErrors } from './providers.errors.js';

const MOST_LINES = 100;
/** Shorter lines are headings and remains of a bad copy, not keys. */
const SHORTEST = 20;
const LONGEST = 4_096;

/** Takes a list of keys, one a line. What is wrong with a line is said by its number alone. */
@Injectable()
export class KeyImport {
  constructor(
    private readonly reader: KeyReader,
    private readonly keys: ProviderKeysRepository,
    private readonly sealer: KeySealer,
    private readonly change: PoolChange,
    private readonly events: EventBus,
  ) {}

  /** @throws DomainError provider_not_found, provider_read_only, provider_key_import_invalid */
  async run(actor: Principal, providerId: string, text: string): Promise<ImportResultDto> {
    const lines = text
      .split(/\r\n|\r|\n/)
      .map((line, index) => ({ line: index + 1, value: line.trim() }))
      .filter(({ value }) => value !== '');
    if (lines.length === 0 || lines.length > MOST_LINES) {
      throw providerErrors.provider_key_import_invalid({ param: 'text' });
    }
    await this.reader.writable(providerId);
    return this.change.run(async () => {
      const errors: ImportErrorDto[] = [];
      for (const { line, value } of lines) {
        const code = problemOf(value) ?? (await this.insert(providerId, value));
        if (code !== undefined) errors.push({ line, code });
      }
      const counts = { total: lines.length, success: lines.length - errors.length, failed: errors.length };
      await this.events.publish(new ProviderKeysImported(actor, providerId, counts));
      return { ...counts, errors };
    });
  }

  private async insert(providerId: string, value: string): Promise<string | undefined> {
    const added = await this.keys.insert(this.sealer.seal(providerId, value, null));
    return added ? undefined : 'duplicate';
  }
}

function problemOf(value: string): string | undefined {
  if (value.length < SHORTEST) return 'too_short';
  if (value.length > LONGEST) return 'too_long';
  return SENDABLE.test(value) ? undefined : 'not_sendable';
}
