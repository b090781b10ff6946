import ipaddr from 'ipaddr.js';

/**
 * How far an address is from the public internet.
 *
 * - `public`: any provider may live there.
 * - `private`: loopback, RFC 1918, carrier-grade NAT, unique local; only for a provider that the operator configured.
 * - `forbidden`: link-local, cloud metadata, multicast, reserved, unspecified, tunnels: never dialled.
 */
export type AddressReach = 'public' | 'private' | 'forbidden';

/**
 * Metadata services that do not live in 169.254.0.0/16, hence would pass as private or even as public:
 * AWS over IPv6, Alibaba, Oracle, and Azure's wire server.
 */
const METADATA = new Set(['fd00:ec2::254', '100.100.100.200', '192.0.0.192', '168.63.129.16']);

const REACH_BY_RANGE = new Map<string, AddressReach>([
  ['unicast', 'public'],
  ['loopback', 'private'],
  ['private', 'private'],
  ['uniqueLocal', 'private'],
  ['carrierGradeNat', 'private'],
]);

/**
 * Judges one literal address. An IPv6 form that carries an IPv4 address (mapped, NAT64 64:ff9b::/96, 6to4) is judged by
 * the address inside, because that is where the packet ends. What is not an address at all is forbidden.
 */
export function reachOf(address: string): AddressReach {
  const literal = stripZone(address);
  if (!ipaddr.isValid(literal)) {
    return 'forbidden';
  }
  const parsed = ipaddr.parse(literal);
  if (METADATA.has(parsed.toString())) {
    return 'forbidden';
  }
  const range = parsed.range();
  if (parsed instanceof ipaddr.IPv6) {
    const inner = embeddedIPv4(parsed, range);
    if (inner !== undefined) {
      return reachOf(inner);
    }
  }
  return REACH_BY_RANGE.get(range) ?? 'forbidden';
}

/** True when a socket may be opened to the address. */
export function mayDial(address: string, allowPrivate: boolean): boolean {
  const reach = reachOf(address);
  return reach === 'public' || (allowPrivate && reach === 'private');
}

function embeddedIPv4(address: ipaddr.IPv6, range: string): string | undefined {
  const bytes = address.toByteArray();
  switch (range) {
    case 'rfc6052':
      // Local-use NAT64 prefixes (64:ff9b:1::/48) keep the IPv4 address elsewhere: not judged, hence forbidden.
      return bytes.slice(4, 12).every((byte) => byte === 0) ? bytes.slice(12, 16).join('.') : undefined;
    case 'ipv4Mapped':
      return bytes.slice(12, 16).join('.');
    case '6to4':
      return bytes.slice(2, 6).join('.');
    default:
      return undefined;
  }
}

/** `fe80::1%eth0` names an interface; the zone says nothing about the reach. */
function stripZone(address: string): string {
  const at = address.indexOf('%');
  return at === -1 ? address : address.slice(0, at);
}
