/**
 * The world as a test gives it: the ports through which the engine looks at things, answering with what stands in
 * the test. What a test does not give and only AWS could tell is an error, never a guess.
 */

import { automationRoleName } from '../automation-role.ts';
import type { KnownBreaker } from '../breaker.ts';
import type { Case } from '../case/case.ts';
import type { EarlierCase } from '../case/earlier-case.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { type ComplianceReport, findingOf } from '../engine/intake.ts';
import type { ExemptionBook } from '../exemption/exemption-book.ts';
import { exemptionBook } from '../exemption/exemption-book.ts';
import { type EvaluationOrigin, type Finding, type Lane, plainRuleName } from '../finding.ts';
import { durationMs } from '../policy/duration.ts';
import { localEnd } from '../policy/local-time.ts';
import { parsePattern } from '../policy/parse-pattern.ts';
import { type ConfigRule, PortError, type Ports } from '../ports.ts';
import type { StopSwitch } from '../stop-switch.ts';
import { type Instant, instant, plusMs } from '../time.ts';
import type { Given } from './policy-test-schema.ts';

export interface GivenWorld {
  readonly now: Instant;
  /** With the identifier of its rule, as the engine has it once Config has told it. */
  readonly finding: Finding;
  readonly origin: EvaluationOrigin;
  readonly lane: Lane;
  readonly ports: Ports;
  readonly exemptions: ExemptionBook;
  /** What is remembered of the case, but for the approval, which is of a plan. */
  readonly known: Pick<
    Case,
    'number' | 'openedAt' | 'earlier' | 'ownerToldAt' | 'attempts' | 'checkFailures'
  >;
}

/** The role names of a hub of this account; a plan names roles, and a test cannot know others. */
const HUB = { account: '111111111111', region: 'us-east-1' } as const;

/** @param given with what holds for all tests of the file laid under it */
export const givenWorld = (given: Given, time: Instant, timezone: string, catalog: Catalog): GivenWorld => {
  const now = instant(Date.parse(given.time ?? time));
  const rule = ruleOf(given, catalog);
  const account = given.account ?? HUB.account;
  const region = given.region === undefined || given.region === 'global' ? HUB.region : given.region;
  const configRuleName = rule.name;
  const report: ComplianceReport = {
    account,
    origin: {
      region,
      configRuleName,
      configRuleArn: `arn:aws:config:${region}:${account}:config-rule/config-rule-test`,
    },
    resourceType: given['resource-type'] ?? rule.resourceType,
    resourceId: given.resource ?? 'some-resource',
    evaluation: { compliance: 'NON_COMPLIANT', recordedAt: now },
    redelivered: false,
  };
  const before = (duration: string | undefined, otherwise: Instant): Instant =>
    duration === undefined ? otherwise : plusMs(now, -(durationMs(duration) ?? 0));
  const earlier = (given.earlier ?? []).map(
    ({ opened, closed, ended = 'resolved' }, index): EarlierCase => ({
      number: index + 1,
      openedAt: before(opened, now),
      closedAt: before(closed ?? opened, now),
      ended,
    }),
  );
  return {
    now,
    finding: {
      ...findingOf(report),
      ...(rule.config.owner === 'aws' ? { ruleIdentifier: rule.config.identifier } : {}),
    },
    origin: report.origin,
    lane: { account, region },
    exemptions: storedExemptions(given, timezone, now),
    ports: portsOf(given, rule.config, now),
    known: {
      number: earlier.length + 1,
      openedAt: before(given.opened, now),
      earlier,
      ...(given['owner-told'] === undefined ? {} : { ownerToldAt: before(given['owner-told'], now) }),
      attempts: given.attempts ?? 0,
      checkFailures: 0,
    },
  };
};

interface GivenRule {
  /** As deployed. */
  readonly name: string;
  readonly config: ConfigRule;
  readonly resourceType: string;
}

/** By an identifier the rule of AWS is meant, deployed under its own name; by a name whatever it says. */
const ruleOf = ({ rule: written = '', custom = false }: Given, catalog: Catalog): GivenRule => {
  const served = catalog.rule(plainRuleName(written));
  const resourceType = served?.resourceTypes[0] ?? 'AWS::EC2::Instance';
  const isIdentifier = served === undefined ? /^[A-Z0-9_]+$/.test(written) : served.identifier === written;
  const identifier = isIdentifier ? written : served?.identifier;
  return {
    name: isIdentifier ? (served?.name ?? written.toLowerCase().replaceAll('_', '-')) : written,
    config: custom || identifier === undefined ? { owner: 'custom' } : { owner: 'aws', identifier },
    resourceType,
  };
};

/** Whoever asks for what a test cannot give is told that, and what to do. */
const notGiven = (operation: string, message: string): PortError =>
  new PortError('terminal', 'NotGiven', operation, message);

const portsOf = (given: Given, rule: ConfigRule, now: Instant): Ports => {
  const known: Partial<Ports> = {
    clock: { now: () => now, sleep: async () => {} },
    random: () => 0,
    controls: answering<Ports['controls']>('controls', {
      read: async () => ({
        stops: (given.stops ?? []).map((stop) => stopOf(stop, now)),
        policySequence: 0,
        exemptionSequence: 0,
        exemptionSeen: 0,
        breakers: (given.breakers ?? []).map((breaker) => breakerOf(breaker, now)),
      }),
    }),
    runbooks: answering<Ports['runbooks']>('runbooks', {
      defaultVersion: async () => given['document-version'] ?? '1',
    }),
    compliance: answering<Ports['compliance']>('compliance', {
      rule: async () => rule,
      tags: async () => given.tags ?? {},
      read: async () => ({ compliance: given.compliance ?? 'NON_COMPLIANT', recordedAt: now }),
      remediationException: async () => {
        const reason = given['config-exception'];
        return reason === undefined ? undefined : { name: 'AWS Config', owner: 'AWS Config', reason };
      },
      lookup: async (name) => {
        const value = given.lookups?.[name];
        if (value === undefined)
          throw notGiven(
            'the lookup',
            `the plan needs the ${name} of the resource, which only AWS knows; write given: {lookups: {${name}: …}}`,
          );
        return value;
      },
    }),
    roles: {
      executorRoleArn: (account) => `arn:aws:iam::${account}:role/selfheal-executor`,
      automationRoleArn: (account, document) =>
        `arn:aws:iam::${account}:role/${automationRoleName(document)}`,
    },
  };
  return new Proxy(known, {
    get: (ports, port) => (ports as Record<PropertyKey, unknown>)[port] ?? answering(String(port), {}),
  }) as Ports;
};

/** A port that says of everything that a test does not give that it is not given. */
const answering = <T extends object>(port: string, given: Partial<T>): T =>
  new Proxy(given, {
    get: (methods, method) =>
      (methods as Record<PropertyKey, unknown>)[method] ??
      (async () => {
        throw notGiven(`${port}.${String(method)}`, 'only a running selfheal can tell');
      }),
  }) as T;

const stopOf = (
  { everything, reason = 'given by the test', ...by }: NonNullable<Given['stops']>[number],
  now: Instant,
): StopSwitch => {
  const [named] = Object.entries(by);
  const scope: StopSwitch['scope'] =
    everything || named === undefined
      ? { kind: 'everything' }
      : { kind: named[0] as 'account' | 'rule' | 'runbook', name: String(named[1]) };
  return { scope, who: 'somebody', reason, since: now };
};

const breakerOf = (
  { rule, runbook, opened, 'probe-in': probeIn }: NonNullable<Given['breakers']>[number],
  now: Instant,
): KnownBreaker => ({
  scope: rule === undefined ? { kind: 'runbook', name: runbook ?? '' } : { kind: 'rule', name: rule },
  state: 'open',
  since: plusMs(now, -(durationMs(opened ?? '0s') ?? 0)),
  revision: 1,
  failures: 0,
  attempts: null,
  percent: null,
  reason: 'given by the test',
  whenOpen: 'wait',
  probeAfterMs: 0,
  windowMs: 0,
  notify: [],
  told: true,
  notBefore: plusMs(now, durationMs(probeIn ?? '0s') ?? 0),
});

const storedExemptions = (given: Given, timezone: string, now: Instant): ExemptionBook =>
  exemptionBook(
    (given.exemptions ?? []).map(
      ({ name, match, owner = 'somebody', reason = 'given by the test', expires }) => {
        const expiresAt = expires === undefined ? undefined : localEnd(expires, timezone);
        return {
          kind: 'read',
          exemption: {
            name,
            match,
            owner,
            reason,
            who: 'somebody',
            since: now,
            ...(expiresAt === undefined ? {} : { expiresAt }),
          },
          // What is wrong with it was told when the file was read.
          pattern: parsePattern(match, ['match'], () => {}),
        };
      },
    ),
  );
