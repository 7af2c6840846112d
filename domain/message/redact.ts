/**
 * Takes secrets out of what people and machines are sent: by the name of a value, and by its shape. Nothing that
 * selfheal handles should be one; what a policy or an annotation holds, its author knows.
 */

/** What stands in place of a secret. */
export const REDACTED = '(not shown: it may be a secret)';

/**
 * A text without what is shaped like a secret: keys of AWS, tokens, private keys, passwords in addresses or after
 * their name.
 *
 * @example
 * redactText('key AKIAIOSFODNN7EXAMPLE is old') // 'key (not shown: it may be a secret) is old'
 */
export const redactText = (text: string): string =>
  SHAPES.reduce((left, shape) => left.replace(shape, REDACTED), text);

/**
 * The values of a parameter as they may be shown.
 *
 * @example
 * redactValues('MasterUserPassword', ['hunter2']) // ['(not shown: it may be a secret)']
 */
export const redactValues = (name: string, values: readonly string[]): readonly string[] =>
  values.map((value) => (isSecretName(name) && !isHarmless(value) ? REDACTED : redactText(value)));

/** `SecretId` and `MinimumPasswordLength` speak of secrets and hold none. */
const isSecretName = (name: string): boolean =>
  /secret|password|passwd|passphrase|token|credential|api_?key|access_?key|private_?key/i.test(name) &&
  !/(?:Ids?|Arns?|Names?|Type|Length|Age|Days|Interval|Prevention|Period)$/.test(name);

const isHarmless = (value: string): boolean =>
  value === '' || /^(?:true|false|[0-9]{1,6}|arn:aws[a-z-]*:(?!secretsmanager)[\w:/.*-]+)$/i.test(value);

// Each is linear: none repeats what it repeats.
const SHAPES: readonly RegExp[] = [
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /\b(?:xox[abposr]-[\w-]{8,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,})/g,
  /(?<=:\/\/)[^\s/:@]{0,100}:[^\s/@]{1,200}(?=@)/g,
  /(?<=\b(?:password|passwd|secret|token|api[_-]?key)["']?\s{0,3}[=:]\s{0,3}["']?)[^\s"',;]{4,200}/gi,
  // The secret half of an AWS key: forty characters, of all kinds.
  /(?<![A-Za-z0-9/+=])(?=[A-Za-z0-9/+]*[0-9])(?=[A-Za-z0-9/+]*[a-z])(?=[A-Za-z0-9/+]*[A-Z])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g,
];
