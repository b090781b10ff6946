import { open } from 'node:fs/promises';
import { Injectable, Logger } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { sha256 } from '#libs/crypto';
import { modelsConfig } from '../models.config.js';
import { LARGEST_LIST_BYTES, type PriceList, PriceListRefused, readPriceList } from './price-list.js';
import { PriceListsRepository } from './price-lists.repository.js';

/** Knows the public prices: takes a good list from its file, and keeps the last good one when the file is bad. */
@Injectable()
export class PriceLists {
  private readonly log = new Logger(PriceLists.name);
  private complaint: string | undefined;

  constructor(
    private readonly kept: PriceListsRepository,
    @InjectConfig(modelsConfig) private readonly config: ConfigOf<typeof modelsConfig>,
  ) {}

  /** Looks whether the file has another list. One that is no good is said once, and changes nothing. */
  async refresh(): Promise<void> {
    const text = await this.readFile();
    if (text === undefined) return;
    try {
      const { updated, prices } = readPriceList(text);
      this.complaint = undefined;
      if (await this.kept.keep(updated, sha256(text), text))
        this.log.log(`The price list of ${updated} with ${prices.length} prices is in use.`);
    } catch (error) {
      if (!(error instanceof PriceListRefused)) throw error;
      this.complain(error.message);
    }
  }

  /** The last good list; undefined when there never was one. */
  async current(): Promise<PriceList | undefined> {
    const text = await this.kept.find();
    if (text === undefined) return undefined;
    try {
      return readPriceList(text);
    } catch (error) {
      // Kept by a version with other rules.
      if (!(error instanceof PriceListRefused)) throw error;
      this.complain(error.message);
      return undefined;
    }
  }

  private async readFile(): Promise<string | undefined> {
    try {
      const file = await open(this.config.priceList);
      try {
        // One byte more than is allowed shows that there is more; the rest is not read.
        const { buffer, bytesRead } = await file.read(Buffer.alloc(LARGEST_LIST_BYTES + 1), 0);
        return buffer.toString('utf8', 0, bytesRead);
      } finally {
        await file.close();
      }
    } catch {
      this.complain(`The price list "${this.config.priceList}" cannot be read.`);
      return undefined;
    }
  }

  private complain(problem: string): void {
    if (this.complaint === problem) return;
    this.complaint = problem;
    this.log.warn(`${problem} The last good one stays in use; models that nobody prices cost the default.`);
  }
}
