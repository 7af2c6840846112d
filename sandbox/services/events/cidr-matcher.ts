/** Whether an address lies in a block such as `10.0.0.0/8` or `2001:db8::/32`. */
import { BlockList, isIP } from 'node:net';

/** Undefined when the text is no block. */
export const cidrMatcher = (block: string): ((address: string) => boolean) | undefined => {
  const [, network = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(block) ?? [];
  const version = isIP(network);
  if (version === 0 || Number(bits) > (version === 4 ? 32 : 128)) return undefined;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), version === 4 ? 'ipv4' : 'ipv6');
  return (address) => list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
};
