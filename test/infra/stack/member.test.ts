import { readFileSync, statSync } from 'node:fs';
import { ResourceType } from '@aws-sdk/client-config-service';
import { describe, expect, it } from 'vitest';
import { automationRoleName } from '../../../domain/automation-role.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { COMPLIANCE_CHANGE } from '../../../infra/eventbridge/decode-compliance-change.ts';
import { EXECUTION_STATUS_CHANGE } from '../../../infra/eventbridge/decode-execution-status.ts';
import { loadManagedRules } from '../../../infra/packs/controls.ts';
import { loadPolicy } from '../../../infra/policy-file.ts';
import { MEMBER_STACK_FILE, memberStackText } from '../../../infra/stack/build-member-stack.ts';
import { recordedTypes } from '../../../infra/stack/recorded-types.ts';
import type { TemplateResource } from '../../../infra/stack/template.ts';
import { circularReferences } from '../../support/circular-references.ts';
import { iamProblems, rolesOf, statementsIn } from '../../support/iam-of-template.ts';
import { memberTemplate } from '../../support/stack-templates.ts';
import { danglingReferences, textOf } from '../../support/template-values.ts';

const catalog = loadCatalog();
const template = await memberTemplate();
const roles = rolesOf(template);
const resources = Object.entries(template.Resources);
const ofType = (type: string) => resources.filter(([, resource]) => resource.Type === type);
const executor = roles.find(({ name }) => name === 'selfheal-executor');
const granted = (action: string) =>
  (executor?.statements ?? []).filter(({ actions }) => actions.includes(action));

describe('the member stack', () => {
  it('is what its parts and the catalog make of it (again with: npx tsx infra/stack/build-member-stack.ts)', async () => {
    expect(readFileSync(MEMBER_STACK_FILE, 'utf8')).toBe(await memberStackText(catalog));
  });

  it('refers to nothing that it does not have, and nothing waits for itself', () => {
    expect(danglingReferences(template)).toEqual([]);
    expect(circularReferences(template)).toEqual([]);
    const cut = { ...template, Parameters: {} };
    expect(danglingReferences(cut)).toContain('Conditions.IsHomeRegion: HomeRegion');
  });

  it('keeps within the limits of CloudFormation', () => {
    expect(statSync(MEMBER_STACK_FILE).size).toBeLessThan(1_000_000);
    expect(resources.length).toBeLessThan(500);
    const described = Object.entries(template.Parameters ?? {}).filter(
      ([, { Description = '', AllowedValues, AllowedPattern, Type }]) =>
        Description.length < 20 ||
        Description.length > 4_000 ||
        (Type !== 'Number' && AllowedValues === undefined && AllowedPattern === undefined),
    );
    expect(described).toEqual([]);
    expect(template.Description?.length).toBeLessThan(1_024);
  });

  it('keeps within the quotas of IAM, in the partition with the longest name', () => {
    expect(roles.filter(({ name }) => name.length > 64)).toEqual([]);
    expect(roles.filter(({ policyCount }) => policyCount > 10)).toEqual([]);
    const lengths = ofType('AWS::IAM::ManagedPolicy').map(([id, { Properties }]) => ({
      id,
      chars: sizeOf(Properties.PolicyDocument),
    }));
    expect(lengths.filter(({ chars }) => chars > 6_144)).toEqual([]);
    const trusts = ofType('AWS::IAM::Role').map(([, { Properties }]) =>
      sizeOf(Properties.AssumeRolePolicyDocument),
    );
    expect(Math.max(...trusts)).toBeLessThan(2_048);
  });

  it('makes whatever IAM knows once in an account only in its home Region', () => {
    const everywhere = resources.filter(
      ([, { Type, Condition = '' }]) => Type.startsWith('AWS::IAM::') && !isHomeOnly(Condition),
    );
    expect(everywhere.map(([id]) => id)).toEqual([]);
  });
});

describe('forwarding', () => {
  const patterns = ofType('AWS::Events::Rule').map(([, { Properties }]) => Properties.EventPattern);

  it('sends on what the hub understands, and nothing else', () => {
    expect(patterns).toMatchObject([
      { source: ['aws.config'], 'detail-type': [COMPLIANCE_CHANGE] },
      { source: ['aws.ssm'], 'detail-type': [EXECUTION_STATUS_CHANGE] },
    ]);
  });

  it('may put events on the bus of the hub alone', () => {
    const role = roles.find(({ name }) => name === 'selfheal-forward-events');
    expect(role?.statements.map(({ actions, resources: on }) => [actions, on])).toEqual([
      [
        ['events:PutEvents'],
        ['arn:{AWS::Partition}:events:{HubRegion}:{HubAccountId}:event-bus/selfheal-intake'],
      ],
    ]);
  });

  it('keeps what cannot be delivered, and takes it from its own rules alone', () => {
    const targets = ofType('AWS::Events::Rule').map(([, { Properties }]) => textOfTarget(Properties));
    expect(targets).toEqual(['{UndeliveredQueue.Arn}', '{UndeliveredQueue.Arn}']);
    const [policy] = statementsIn(
      template.Resources.UndeliveredQueuePolicy?.Properties.PolicyDocument,
      'queue',
    );
    expect(JSON.stringify(policy?.condition)).toBe(
      JSON.stringify({
        ArnEquals: {
          'aws:SourceArn': ofType('AWS::Events::Rule').map(([id]) => ({ 'Fn::GetAtt': [id, 'Arn'] })),
        },
      }),
    );
  });
});

describe('the roles of the member stack', () => {
  it('keep the rules that all roles of selfheal keep', async () => {
    expect(await iamProblems(template)).toEqual([]);
  });

  it('can do, a runbook each, exactly what the catalog says that it needs', () => {
    const differences = catalog.runbooks.flatMap(({ document, iamActions }) => {
      const role = roles.find(({ name }) => name === automationRoleName(document));
      const has = role?.statements.flatMap(({ actions }) => actions) ?? [];
      return [
        ...iamActions
          .filter((action) => !has.includes(action))
          .map((action) => `${document} lacks ${action}`),
        ...has.filter((action) => !iamActions.includes(action)).map((action) => `${document} has ${action}`),
      ];
    });
    expect(differences).toEqual([]);
    expect(roles).toHaveLength(catalog.runbooks.length + 2);
  });

  it('are bounded wherever a runbook acts, and assumed by Automation in the same account alone', () => {
    for (const { document } of catalog.runbooks) {
      const role = roles.find(({ name }) => name === automationRoleName(document));
      expect(role).toMatchObject({
        boundary: 'AutomationBoundary',
        description: expect.stringContaining(document),
        trust: [
          {
            principal: 'ssm.amazonaws.com',
            condition: {
              StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
              ArnLike: { 'aws:SourceArn': expect.anything() },
            },
          },
        ],
      });
    }
  });

  it('let the executor in from the roles of the hub alone, with the external id', () => {
    expect(executor?.trust.map(({ principal }) => principal)).toEqual(['{HubRoleArns}']);
    for (const [, then, otherwise] of [fnIfOf(executor?.trust[0]?.condition)])
      for (const side of [then, otherwise])
        expect(side).toMatchObject({ 'sts:ExternalId': { Ref: 'ExternalId' } });
  });

  it('let the executor start the catalogued documents and hand on their roles, and no others', () => {
    const documents = catalog.runbooks.map(({ document }) => document).toSorted();
    const named = (pattern: RegExp, action: string) =>
      granted(action)
        .flatMap(({ resources: on }) => on.flatMap((arn) => pattern.exec(arn)?.[1] ?? []))
        .toSorted();
    expect(named(/:ssm:\*::document\/(.+)$/, 'ssm:StartAutomationExecution')).toEqual(documents);
    expect(named(/:ssm:\*::automation-definition\/(.+):\*$/, 'ssm:StartAutomationExecution')).toEqual(
      documents,
    );
    expect(named(/:role\/(.+)$/, 'iam:PassRole')).toEqual(documents.map(automationRoleName).toSorted());
    expect(granted('iam:PassRole').map(({ condition }) => condition)).toEqual(
      granted('iam:PassRole').map(() => ({ StringEquals: { 'iam:PassedToService': 'ssm.amazonaws.com' } })),
    );
  });

  it('let the executor make the calls that selfheal makes in a member account, and no others', () => {
    const actions = (executor?.statements ?? []).flatMap((statement) => statement.actions);
    const needed = [...memberCalls(), ...FOR_A_START];
    expect([...new Set(actions)].toSorted()).toEqual([...new Set(needed)].toSorted());
  });
});

describe('the parameter AllowDisruption', () => {
  it('has as its default the highest that the default policy may run', () => {
    const book = loadPolicy('policy.yml');
    const runs = catalog.runbooks.filter(({ rules }) =>
      rules.some(
        (rule) =>
          book.select({
            rule: [rule.identifier, rule.name],
            resourceType: rule.resourceTypes[0] ?? '',
            resourceId: 'any',
            account: '222222222222',
            region: 'us-east-1',
            tags: {},
            severity: rule.severity,
            frameworks: rule.frameworks,
          }).entry.mode !== 'observe',
      ),
    );
    const highest = DEGREES.findLast((degree) => runs.some(({ disruption }) => disruption === degree));
    expect(template.Parameters?.AllowDisruption?.Default).toBe(highest);
  });

  it('leaves out what it does not allow: role, policy, and the right to start', () => {
    for (const { document, disruption } of catalog.runbooks) {
      const condition = `Allows${disruption.slice(0, 1).toUpperCase()}${disruption.slice(1)}`;
      const made = resources.filter(
        ([, resource]) => resource.Type.startsWith('AWS::IAM::') && mentions(resource, document),
      );
      expect(made.map(([, { Condition }]) => Condition)).toEqual(made.map(() => condition));
      expect(made).toHaveLength(3);
    }
  });
});

describe('the recorder', () => {
  it('records, scoped, what every rule of catalog and packs looks at that waits for a recorded change', () => {
    const managedRules = loadManagedRules();
    const types = recordedTypes({ catalog, managedRules });
    const served = [...catalog.runbooks, ...catalog.guides].flatMap(({ rules }) => rules);
    const unseen = [...served, ...Object.values(managedRules)].filter(
      ({ trigger, resourceTypes }) =>
        trigger !== 'periodic' && !resourceTypes.every((type) => types.includes(type)),
    );
    // AWS documents it as triggered by change, of a type that its API does not let one choose.
    expect(unseen.map(({ name }) => name)).toEqual(['sagemaker-notebook-instance-root-access-check']);
    expect(types.filter((type) => !Object.values<string>(ResourceType).includes(type))).toEqual([]);
  });

  it('records IAM in the home Region alone', () => {
    const group = JSON.stringify(template.Resources.ConfigRecorder?.Properties.RecordingGroup);
    expect(group.match(/AWS::IAM::User/g)).toHaveLength(1);
    expect(group.match(/AWS::S3::Bucket"/g)).toHaveLength(2);
  });
});

const DEGREES = ['none', 'low', 'high', 'destructive'] as const;

/** What IAM asks for beside the call itself: the tags of a start, and the role that goes with it. */
const FOR_A_START = ['ssm:AddTagsToResource', 'iam:PassRole'];

/** Calls as the adapters name them when they fail. */
const memberCalls = (): readonly string[] =>
  MEMBER_ADAPTERS.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/'((?:ssm|config|events):[A-Z]\w+)'/g)].map(
      ([, call = '']) => call,
    ),
  );

const MEMBER_ADAPTERS = [
  'infra/ssm/runbooks.ts',
  'infra/config/account-compliance.ts',
  'infra/config/compliance.ts',
  'infra/config/lane-recorded.ts',
  'infra/config/recorder-health.ts',
  'infra/config/remediation-exceptions.ts',
  'infra/config/sweep-source.ts',
  'infra/config/tag-reader.ts',
  'infra/doctor/read-lane.ts',
  'infra/doctor/read-documents.ts',
];

/** Characters as IAM counts them: without white space. */
const sizeOf = (document: unknown): number =>
  JSON.stringify(document, (_, value) => (isSub(value) ? value['Fn::Sub'] : value))
    .replaceAll(/\$\{AWS::Partition\}/g, 'aws-us-gov')
    .replaceAll(/\$\{AWS::AccountId\}/g, '123456789012').length;

const isSub = (value: unknown): value is { readonly 'Fn::Sub': string } =>
  typeof value === 'object' && value !== null && 'Fn::Sub' in value;

const isHomeOnly = (condition: string): boolean =>
  condition === 'IsHomeRegion' ||
  JSON.stringify(template.Conditions?.[condition] ?? '').includes('{"Condition":"IsHomeRegion"}');

const textOfTarget = ({ Targets }: TemplateResource['Properties']): string => {
  const [target] = Targets as readonly { readonly DeadLetterConfig: { readonly Arn: unknown } }[];
  return textOf(target?.DeadLetterConfig.Arn as Parameters<typeof textOf>[0]);
};

const fnIfOf = (condition: unknown): readonly unknown[] =>
  (condition as { StringEquals: { 'Fn::If': readonly unknown[] } }).StringEquals['Fn::If'];

const mentions = (resource: TemplateResource, document: string): boolean =>
  new RegExp(`[ /:]${document}["/:.]|[ ]${document} `).test(JSON.stringify(resource));
