/**
 * Ports that look and cannot touch: a preview asks the engine's own code what it would do, and should that code ever
 * try to do it, it is stopped here. What is the same for all findings of one preview is read once.
 */
import type { ComplianceReport } from '../engine/intake.ts';
import { laneId } from '../finding.ts';
import type { Ports } from '../ports.ts';

/** What may be asked of each port. What is not named here is taken for something that changes the world. */
const QUESTIONS: { readonly [P in keyof Ports]?: readonly (keyof Ports[P])[] } = {
  cases: ['newestOf', 'newestOfMany', 'get', 'list'],
  permits: ['peek', 'startsOf'],
  controls: ['read'],
  exemptions: ['all'],
  runbooks: ['defaultVersion'],
  compliance: ['read', 'rule', 'tags', 'lookup', 'remediationException'],
};

/** Of no consequence: they tell the time, the names of things, and what happens. */
const HARMLESS: ReadonlySet<string> = new Set(['clock', 'random', 'roles', 'log', 'metrics']);

/** @throws an Error from all that would change something. */
export const lookingOnly = (ports: Ports): Ports => {
  const looking = Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [
      name,
      HARMLESS.has(name) ? port : askingOnly(name, port, QUESTIONS[name as keyof Ports] ?? []),
    ]),
  ) as unknown as Ports;
  const permitAnswers = new Map<string, ReturnType<Ports['permits']['peek']>>();
  const rules = new Map<string, ReturnType<Ports['compliance']['rule']>>();
  const versions = new Map<string, ReturnType<Ports['runbooks']['defaultVersion']>>();
  return {
    ...looking,
    permits: {
      ...looking.permits,
      // Whether a resource is busy its own case says; all else is the same for all that share the limits.
      peek: (request) =>
        remembered(permitAnswers, JSON.stringify(request.scopes), () =>
          looking.permits.peek({ ...request, resourceKey: NOBODY, holder: NOBODY }),
        ),
    },
    compliance: {
      ...looking.compliance,
      rule: (account, origin) =>
        remembered(rules, JSON.stringify([account, origin.region, origin.configRuleName]), () =>
          looking.compliance.rule(account, origin),
        ),
    },
    controls: { ...looking.controls, read: once(() => looking.controls.read()) },
    runbooks: {
      ...looking.runbooks,
      defaultVersion: (lane, document) =>
        remembered(versions, `${laneId(lane)}/${document}`, () =>
          looking.runbooks.defaultVersion(lane, document),
        ),
    },
  };
};

/** The same ports for one finding: what Config has just said of it is not asked again, nor is anything asked twice. */
export const aboutOne = (ports: Ports, { evaluation }: ComplianceReport): Ports => {
  const { compliance } = ports;
  const lookups = new Map<string, ReturnType<Ports['compliance']['lookup']>>();
  const tags = once((...asked: Parameters<Ports['compliance']['tags']>) => compliance.tags(...asked));
  const exception = once((...asked: Parameters<Ports['compliance']['remediationException']>) =>
    compliance.remediationException(...asked),
  );
  return {
    ...ports,
    compliance: {
      ...compliance,
      read: async () => evaluation,
      tags,
      remediationException: exception,
      lookup: (name, ...asked) => remembered(lookups, name, () => compliance.lookup(name, ...asked)),
    },
  };
};

const askingOnly = (name: string, port: object, questions: readonly PropertyKey[]): object =>
  Object.fromEntries(
    Object.entries(port).map(([method, ask]) => [
      method,
      questions.includes(method) ? ask : forbidden(`${name}.${method}`),
    ]),
  );

const forbidden = (what: string) => (): never => {
  throw new Error(`a preview changes nothing, and yet it was about to do this: ${what}`);
};

const remembered = <T>(answers: Map<string, T>, key: string, ask: () => T): T => {
  const known = answers.get(key);
  if (known !== undefined) return known;
  const answer = ask();
  answers.set(key, answer);
  return answer;
};

const once = <A extends readonly unknown[], T>(read: (...asked: A) => T): ((...asked: A) => T) => {
  const answers = new Map<string, T>();
  return (...asked) => remembered(answers, '', () => read(...asked));
};

const NOBODY = 'a-preview';
