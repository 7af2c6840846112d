/** What a runbook changes, in words: as the catalog says it, with the plan's own parameters filled in. */
import type { Plan } from '../plan-model.ts';
import type { Change, Runbook, RunbookParameter } from './catalog.ts';

/**
 * What the plan would change, each thing as it is before and after. Values come as they are in the plan: whoever
 * shows them makes them harmless for where they are shown.
 *
 * @example
 * const runbook = { changes: [{ what: 'Port', before: 'any address', after: '{{AllowedCidr}}' }] };
 * changesOf(runbook, { parameters: { AllowedCidr: ['10.0.0.0/8'] } })
 * // [{ what: 'Port', before: 'any address', after: '10.0.0.0/8' }]
 */
export const changesOf = (
  { changes }: Pick<Runbook, 'changes'>,
  { parameters }: Pick<Plan, 'parameters'>,
): readonly Change[] => {
  const filled = (text: string): string =>
    text.replace(PLACEHOLDER, (_, name: string) => parameters[name]?.join(', ') ?? 'not set');
  return changes.map(({ what, before, after }) => ({
    what: filled(what),
    before: filled(before),
    after: filled(after),
  }));
};

/** Where a file's changes name a parameter that it does not have, or that a plan may lack. */
export const changeProblems = ({
  changes,
  parameters,
}: Pick<Runbook, 'changes' | 'parameters'>): readonly { path: (string | number)[]; message: string }[] =>
  changes.flatMap((change, index) =>
    (['what', 'before', 'after'] as const).flatMap((key) =>
      problemsIn(change[key], parameters).map((message) => ({ path: ['changes', index, key], message })),
    ),
  );

const problemsIn = (text: string, parameters: readonly RunbookParameter[]): readonly string[] => {
  const unknown = [...text.matchAll(PLACEHOLDER)].flatMap(([, name = '']) => {
    const parameter = parameters.find((one) => one.name === name);
    if (parameter === undefined) return [`expected a parameter of this runbook, but it has no ${name}`];
    return isAlwaysThere(parameter)
      ? []
      : [`expected a parameter that every plan has, but ${name} may be missing`];
  });
  const isBroken = /\{\{|\}\}/.test(text.replace(PLACEHOLDER, ''));
  return isBroken ? [...unknown, 'expected placeholders such as {{BucketName}}, without spaces'] : unknown;
};

const isAlwaysThere = ({ required, source }: RunbookParameter): boolean =>
  required || source.from !== 'policy' || source.fallback !== undefined;

const PLACEHOLDER = /\{\{([A-Za-z][A-Za-z0-9]*)\}\}/g;
