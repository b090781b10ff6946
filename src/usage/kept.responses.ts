import { Injectable } from '@nestjs/common';
import { HotSql, type PreparedStatement } from '#libs/database';

/** An answer that a provider keeps, and that the person who got it may go on from. */
export interface KeptResponse {
  readonly providerId: string;
  /** What was read and said until then; the next prompt begins with it. */
  readonly tokens: number;
}

export const FIND_RESPONSES: PreparedStatement = {
  name: 'usage_find_responses',
  text: `SELECT provider_id AS "providerId", max(input_tokens + output_tokens)::float8 AS tokens
           FROM usage_events
          WHERE user_id = $1 AND provider_response_id = $2 AND provider_id = ANY($3::uuid[])
          GROUP BY provider_id`,
};

/** Knows whose answers providers keep: the ledger says who got which, and from whom. */
@Injectable()
export class KeptResponses {
  constructor(private readonly sql: HotSql) {}

  /**
   * @param providerIds the providers that may be asked, the preferred first
   * @returns undefined for what is unknown and for what is somebody else's
   */
  async find(
    userId: string,
    providerIds: readonly string[],
    providerResponseId: string,
  ): Promise<KeptResponse | undefined> {
    // The ledger has no other ids, and the database takes none with a zero in it.
    if (!/^[!-~]{1,256}$/.test(providerResponseId)) return undefined;
    const found = await this.sql.query<KeptResponse & { providerId: string }>(FIND_RESPONSES, [
      userId,
      providerResponseId,
      providerIds,
    ]);
    const placed = found.map((each) => ({ ...each, place: providerIds.indexOf(each.providerId) }));
    const [first] = placed.sort((a, b) => a.place - b.place);
    return first && { providerId: first.providerId, tokens: first.tokens };
  }
}
