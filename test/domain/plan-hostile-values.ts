/**
 * Values that must never reach SSM, a terminal or a message as they are.
 */
export const HOSTILE_VALUES: readonly string[] = [
  '',
  'a'.repeat(513),
  '{{ ssm:/prod/password }}',
  'x{{global:DATE}}',
  'a\u0000b',
  'a\nb',
  'a\r\nb',
  'tab\there',
  '\u001b[31mred',
  'c1\u0085line',
  'csi\u009b2J',
  'line\u2028separator',
  'paragraph\u2029separator',
  'right\u202eleft',
  'isolate\u2066x\u2069',
  'mark\u200fx',
  'zero\u200bwidth',
  '\ufeffbom',
  'soft\u00adhyphen',
  'lone\ud800high',
  'lone\udc00low',
  'del\u007f',
  'tag\u{e0041}',
];
