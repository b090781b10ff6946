import type { ApiKeyPrincipal } from '#libs/access';
import type { UsageEvent, UsageMeter } from '../usage/usage.meter.js';
import type { Admitted } from './admission.js';
import { GeneratedText } from '#libs/upstream';
import { MeteredCall } from './metered-call.js';

const PRICE = {
  priceId: undefined,
  input: 1n,
  output: 1n,
  cachedRead: null,
  cacheWrite: null,
  reasoning: null,
  audioInput: null,
  audioOutput: null,
  imageInput: null,
  imageOutput: null,
  perImage: null,
  perRequest: null,
  perSecond: null,
  perCharacter: null,
  perSearch: null,
  longContext: null,
};

describe('MeteredCall', () => {
  it('leaves a row with the estimate where its prompt cannot be counted', async () => {
    const rows: UsageEvent[] = [];
    const meter = {
      begin: () => () => undefined,
      settle: async (event: UsageEvent) => void rows.push(event),
    } as unknown as UsageMeter;
    const admitted = {
      request: {
        stream: true,
        get json(): never {
          throw new RangeError('Maximum call stack size exceeded');
        },
      },
      model: { id: 'm', price: PRICE },
      target: { providerId: 'p', providerKeyId: undefined },
      quota: { subscriptionId: 's' },
      hold: { amount: 0n, release: () => undefined },
      ticket: { finish: () => undefined },
    } as unknown as Admitted;
    const actor = { id: 'k', userId: 'u' } as ApiKeyPrincipal;
    const call = new MeteredCall(meter, {
      actor,
      operation: 'chat.completions',
      requestId: 'r',
      bytes: 400,
      admitted,
      mostOutput: () => 9,
    });
    const said = GeneratedText.by((add) => add('hello world'));
    await call.settle({ status: 'completed', httpStatus: 200, said });
    expect(rows).toMatchObject([{ inputTokens: 100, outputTokens: 2, tokensSource: 'counted', cost: 102n }]);
  });
});
