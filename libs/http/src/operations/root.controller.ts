import { Controller, Get } from '@nestjs/common';
import { PUBLIC } from '#libs/access';
import { PRODUCT, PublicConfig } from '#libs/config';
import { Endpoint } from '../endpoint.decorator.js';

/** Tells whoever opens the bare address what answers there. */
@Controller()
export class RootController {
  constructor(private readonly facts: PublicConfig) {}

  @Get()
  @Endpoint({
    access: PUBLIC,
    summary: 'What this is, and where it is documented',
    raw: { description: 'Name, version and the address of the documentation.', contentType: 'application/json' },
  })
  getRoot(): { name: string; version: string; docs: string | null } {
    return { ...PRODUCT, docs: this.facts.read().docsUrl };
  }
}
