import { describe, expect, it } from 'vitest';
import { cidrTest } from '../../../domain/policy/cidr.ts';

describe('cidr', () => {
  it.each<[string, string, boolean]>([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.9.9.9/8', '10.1.1.1', true],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['192.168.1.7/32', '192.168.1.7', true],
    ['192.168.1.7/32', '192.168.1.6', false],
    ['2001:db8::/32', '2001:db8:0:1::5', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['::/0', '::1', true],
    ['::/0', '1.2.3.4', false],
    ['0.0.0.0/0', '::ffff:1.2.3.4', false],
    ['::ffff:0:0/96', '::ffff:1.2.3.4', true],
    ['10.0.0.0/8', '10.0.0', false],
    ['10.0.0.0/8', '10.0.0.01', false],
    ['10.0.0.0/8', '10.0.0.0/16', false],
    ['10.0.0.0/8', '', false],
  ])('%s holds %s: %s', (block, address, expected) => {
    expect(cidrTest(block)?.(address)).toBe(expected);
  });

  it.each([
    '',
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.256/8',
    '::/129',
    ':::/1',
    '1::2::3/8',
    '1:2:3:4:5:6:7:8:9/8',
    '10.0.0.0/-1',
    'x/8',
  ])('refuses %s', (block) => {
    expect(cidrTest(block)).toBeUndefined();
  });
});
