import { LEDGER_CODEC } from './ledger.codec.js';
import type { LedgerRow } from './ledger.row.js';

const ROW: LedgerRow = {
  id: '0198c0de-0000-7000-8000-000000000001',
  requestId: 'r',
  userId: '0198c0de-0000-7000-8000-000000000002',
  apiKeyId: '0198c0de-0000-7000-8000-000000000003',
  modelId: 'm',
  providerId: '0198c0de-0000-7000-8000-000000000004',
  providerKeyId: undefined,
  operation: 'responses',
  status: 'completed',
  httpStatus: 200,
  streamed: false,
  inputTokens: 1,
  cachedInputTokens: 0,
  outputTokens: 2,
  tokensSource: 'provider',
  cost: 12_345_678_901_234_567_890n,
  latencyMs: 3,
  firstByteMs: undefined,
};

describe('a ledger row on its way', () => {
  it('comes back as it was, with what the provider keeps the answer under', () => {
    const row = { ...ROW, providerResponseId: 'resp_1' };
    expect(LEDGER_CODEC.decode(LEDGER_CODEC.encode(row))).toEqual(row);
  });

  it('is read where it was written before answers had names', () => {
    const written = Buffer.from(JSON.stringify({ ...ROW, cost: ROW.cost.toString() }));
    expect(LEDGER_CODEC.decode(written)).toEqual(ROW);
    expect(LEDGER_CODEC.decode(written).providerResponseId).toBeUndefined();
  });
});
