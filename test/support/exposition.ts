/**
 * Prometheus' text format, version 0.0.4, read strictly: what Prometheus would refuse, or would take for something
 * else, is an error here.
 */

export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** @throws Error that names the line */
export const readExposition = (text: string): ReadonlyMap<string, Family> => {
  if (!text.endsWith('\n')) throw new Error('the last line must end in a line feed');
  const families = new Map<string, Family & { samples: Sample[] }>();
  let help: { name: string; text: string } | undefined;
  let current: (Family & { samples: Sample[] }) | undefined;
  for (const line of text.split('\n')) {
    const refuse = (why: string): never => {
      throw new Error(`${why}: ${line}`);
    };
    if (line === '') continue;
    const [, comment, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (comment === 'HELP') {
      if (families.has(name)) refuse('a family is told of twice');
      help = { name, text: rest };
    } else if (comment === 'TYPE') {
      if (!NAME.test(name)) refuse('no name of a metric');
      if (!/^(?:counter|gauge|histogram|summary|untyped)$/.test(rest)) refuse('no type');
      if (help?.name !== name) refuse('its HELP must stand right before it');
      current = { name, type: rest, help: help?.text ?? '', samples: [] };
      families.set(name, current);
    } else {
      const sample = sampleOf(line) ?? refuse('no sample');
      if (current === undefined || !belongs(sample.name, current)) refuse('it is not of the family above it');
      const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
      if (
        current?.samples.some((one) => JSON.stringify([one.name, Object.entries(one.labels).sort()]) === key)
      )
        refuse('told twice');
      current?.samples.push(sample);
    }
  }
  for (const family of families.values()) if (family.type === 'histogram') checkHistogram(family);
  return families;
};

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const VALUE = /^(?:[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)$/i;

const sampleOf = (line: string): Sample | undefined => {
  const [, name = '', , inBraces = '', value = ''] = /^([^\s{]+)(\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (!NAME.test(name) || !VALUE.test(value)) return undefined;
  const labels: Record<string, string> = {};
  let left = inBraces;
  while (left !== '') {
    const [all, label = '', text = ''] =
      /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/.exec(left) ?? [];
    if (all === undefined || label in labels) return undefined;
    labels[label] = text;
    left = left.slice(all.length);
  }
  return { name, labels, value: value.endsWith('Inf') ? Number.POSITIVE_INFINITY : Number(value) };
};

const belongs = (sample: string, { name, type }: Family): boolean =>
  type === 'histogram'
    ? [`${name}_bucket`, `${name}_sum`, `${name}_count`].includes(sample)
    : sample === name;

/** Buckets grow, and the last holds all. */
const checkHistogram = ({ name, samples }: Family): void => {
  const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
  const count = samples.find((sample) => sample.name === `${name}_count`);
  const bounds = buckets.map(({ labels }) => Number(labels.le?.replace('+Inf', 'Infinity')));
  const grows = (numbers: readonly number[]) =>
    numbers.every((one, n) => n === 0 || one >= (numbers[n - 1] ?? 0));
  if (
    !grows(bounds) ||
    !grows(buckets.map(({ value }) => value)) ||
    bounds.at(-1) !== Number.POSITIVE_INFINITY
  )
    throw new Error(`the buckets of ${name} do not grow to +Inf`);
  if (buckets.at(-1)?.value !== count?.value) throw new Error(`the buckets of ${name} do not hold all`);
};
