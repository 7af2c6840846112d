/**
 * EventBridge's `cidr`: an address (IPv4 or IPv6) lies in a block. A value that is no address lies in none.
 */

interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** Compiles `10.0.0.0/8` or `2001:db8::/32` into a test, or gives undefined when the text is no block. */
export const cidrTest = (block: string): ((value: string) => boolean) | undefined => {
  const parts = /^(?<address>[^/]{2,45})\/(?<length>\d{1,3})$/.exec(block)?.groups;
  const base = parts?.address === undefined ? undefined : parseAddress(parts.address);
  const length = Number(parts?.length);
  if (base === undefined || length > base.bits) return undefined;
  const hostBits = BigInt(base.bits - length);
  const network = base.value >> hostBits;
  return (value) => {
    const address = parseAddress(value);
    return address !== undefined && address.bits === base.bits && address.value >> hostBits === network;
  };
};

const ADDRESS_LENGTH_MAX = 45;

const parseAddress = (text: string): Address | undefined => {
  if (text.length > ADDRESS_LENGTH_MAX) return undefined;
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
};

const parseIpv4 = (text: string): Address | undefined => {
  const octets = text.split('.');
  if (octets.length !== 4) return undefined;
  let value = 0n;
  for (const octet of octets) {
    // A leading zero is refused: some readers take it as octal.
    if (!/^(0|[1-9]\d{0,2})$/.test(octet) || Number(octet) > 255) return undefined;
    value = (value << 8n) | BigInt(octet);
  }
  return { bits: 32, value };
};

const parseIpv6 = (text: string): Address | undefined => {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const left = hextets(halves[0] ?? '', halves.length === 1);
  const right = halves.length === 2 ? hextets(halves[1] ?? '', true) : [];
  if (left === undefined || right === undefined) return undefined;
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...left, ...Array.from({ length: missing }, () => 0), ...right];
  return { bits: 128, value: all.reduce((value, hextet) => (value << 16n) | BigInt(hextet), 0n) };
};

/** The 16-bit groups of one side of `::`; the last two may be written as an IPv4 address. */
const hextets = (side: string, mayEndInIpv4: boolean): number[] | undefined => {
  if (side === '') return [];
  const groups: number[] = [];
  const texts = side.split(':');
  for (const [index, text] of texts.entries()) {
    const ipv4 = mayEndInIpv4 && index === texts.length - 1 ? parseIpv4(text) : undefined;
    if (ipv4 !== undefined) {
      groups.push(Number(ipv4.value >> 16n), Number(ipv4.value & 0xffffn));
    } else if (/^[0-9a-fA-F]{1,4}$/.test(text)) {
      groups.push(Number.parseInt(text, 16));
    } else {
      return undefined;
    }
  }
  return groups;
};
