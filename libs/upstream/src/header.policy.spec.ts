import { requestHeaders, responseHeaders } from './header.policy.js';

describe('requestHeaders', () => {
  it('sends neither client keys nor cookies nor hop-by-hop nor forwarding headers upstream', () => {
    const sent = requestHeaders(
      {
        authorization: 'Bearer sk-sluice-client',
        'x-client-api-key': 'sk-sluice-client',
        'x-api-key': 'sk-sluice-client',
        cookie: 'session=1',
        'x-forwarded-for': '10.0.0.1',
        forwarded: 'for=10.0.0.1',
        'proxy-authorization': 'Basic x',
        te: 'trailers',
        'transfer-encoding': 'chunked',
        'accept-encoding': 'gzip',
        host: 'sluice.example',
        'content-length': '12',
        'openai-organization': 'org-client',
        'content-type': 'application/json',
        accept: 'text/event-stream',
        'x-request-id': 'from-client',
      },
      { requestId: 'req-1', authorization: 'Bearer provider' },
    );
    expect(sent).toEqual({
      accept: 'text/event-stream',
      'content-type': 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'sluice',
      'x-request-id': 'req-1',
      authorization: 'Bearer provider',
    });
  });

  it('drops an allowed header that Connection names', () => {
    const sent = requestHeaders({ connection: 'close, OpenAI-Beta', 'openai-beta': 'x' }, { requestId: 'r' });
    expect(sent).not.toHaveProperty('openai-beta');
  });
});

describe('responseHeaders', () => {
  it('lets no cookie, server, CORS, framing or key-carrying header through', () => {
    const passed = responseHeaders({
      'content-type': 'application/json',
      'retry-after': '3',
      'set-cookie': ['a=1'],
      server: 'nginx',
      'access-control-allow-origin': '*',
      'x-litellm-key-spend': '1',
      'x-api-key': 'provider',
      authorization: 'Bearer provider',
      'openai-organization': 'org-provider',
      connection: 'keep-alive',
      'content-length': '3',
      'x-request-id': 'theirs',
      'x-ratelimit-remaining-requests': '5',
    });
    expect(passed).toEqual({ 'content-type': 'application/json', 'retry-after': '3' });
  });
});
