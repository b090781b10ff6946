import type { FastifyRequest } from 'fastify';
import { addressOf, networkOf } from './client-address.js';

const PROXY = '198.51.100.2';

describe("a sender's network", () => {
  const from = (ip: string) => ({ ip, socket: { remoteAddress: PROXY } }) as FastifyRequest;

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:4711', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::7', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::7]:4711', '2001:db8:1:2::/64'],
    ['unknown', PROXY],
    ['203.0.113.7:4711:1', PROXY],
    ['', PROXY],
  ])('of %s is %s', (ip, network) => {
    expect(networkOf(from(ip))).toBe(network);
  });

  it('has an address without a port', () => {
    expect(addressOf(from('[2001:db8::7]:4711'))).toBe('2001:db8::7');
    expect(addressOf(from('unknown'))).toBe('unknown');
  });
});
