import { Injectable } from '@nestjs/common';
import { RuntimeSettings, type Setting } from '#libs/settings';
import type { TermsEdition } from './terms.repository.js';

/** The terms of use as administrators set them. */
export interface Terms {
  /** Null: there are none. */
  readonly version: string | null;
  readonly text: string | null;
  readonly url: string | null;
  /** Whether the house stays closed to whoever has not accepted them. */
  readonly required: boolean;
  /** Counted on when everybody is asked anew for a version that they know. */
  readonly round: number;
}

const NONE: Terms = { version: null, text: null, url: null, required: false, round: 0 };

/** The one place where the terms in force are kept. */
@Injectable()
export class TermsSetting {
  readonly setting: Setting<Terms>;

  constructor(settings: RuntimeSettings) {
    this.setting = settings.declare('terms', NONE);
  }
}

/** What there is to accept; undefined when there is nothing. */
export function editionOf({ version, round }: Terms): TermsEdition | undefined {
  return version === null ? undefined : { version, round };
}
