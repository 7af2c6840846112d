/** The hub's stack as osls packages it: whole, within CloudFormation's limits, and the same as its fragments say. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import { joinFragments, readFragment } from '../../../infra/stack/template.ts';
import { circularReferences } from '../../support/circular-references.ts';
import { SYNTHESIS_MS_MAX, type Synthesized, synthesized } from '../../support/synthesized.ts';
import { danglingReferences } from '../../support/template-values.ts';

const FRAGMENTS = readdirSync('infra/stack/hub').sort();
const fragments = joinFragments(
  FRAGMENTS.map((file) => readFragment(readFileSync(`infra/stack/hub/${file}`, 'utf8'))),
);
const service = readFileSync('serverless.yml', 'utf8');

let hub: Synthesized;
beforeAll(async () => {
  hub = await synthesized();
}, SYNTHESIS_MS_MAX);

describe('the hub stack', () => {
  it('refers to nothing that it does not have, and nothing waits for itself', () => {
    const { Parameters, Conditions, Resources, Outputs } = hub.template;
    expect(danglingReferences({ Parameters, Conditions, Resources, Outputs } as typeof fragments)).toEqual(
      [],
    );
    expect(circularReferences(hub.template)).toEqual([]);
    const bent = { ...Resources, Table: { ...Resources.Table, DependsOn: 'TickRole' } } as typeof Resources;
    expect(circularReferences({ Resources: bent })).toEqual(['Table', 'TickRole', 'Table']);
  });

  it('keeps within the limits of CloudFormation', () => {
    // Above 51,200 bytes a template comes from a bucket, which is how osls deploys the whole stack; what it begins
    // with is sent along with the call.
    expect(statSync(hub.templateFile).size).toBeLessThan(1_000_000);
    expect(statSync(hub.firstTemplateFile).size).toBeLessThan(51_200);
    expect(Object.keys(hub.template.Resources).length).toBeLessThan(500);
    expect(Object.keys(hub.template.Outputs ?? {}).length).toBeLessThan(200);
    expect(hub.template.Description?.length).toBeLessThan(1_024);
  });

  it('is made of every fragment, as each can be read without osls', () => {
    for (const file of FRAGMENTS) expect(service).toContain(`\${file(infra/stack/hub/${file})}`);
    expect(hub.template.Resources).toMatchObject(fragments.Resources);
    expect(hub.template.Outputs).toMatchObject(fragments.Outputs ?? {});
    expect(hub.template.Parameters).toEqual(fragments.Parameters);
    expect(hub.template.Conditions).toEqual(fragments.Conditions);
  });

  it('keeps what must be there when the stack is gone', () => {
    for (const id of ['Table', 'Key', 'ReportsBucket'])
      expect(hub.template.Resources[id]).toMatchObject({
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
      });
  });
});

describe('what the hub stack makes', () => {
  // CloudFormation gives a stack's tags to all in it; the boundary would let no runbook touch them anyway.
  it('carries the tag by which the default policy keeps its hands off', () => {
    expect(service).toMatch(/^ {2}stackTags: \{.*\bselfheal: 'off'.*\}$/m);
    expect(readFileSync('policy.yml', 'utf8')).toContain(
      "tags: { selfheal: [{ equals-ignore-case: 'off' }] }",
    );
  });
});

describe('the parameters of a deployment', () => {
  const parameters = () => Object.entries(hub.template.Parameters ?? {});

  it('say what they are for and what they may be', () => {
    for (const [
      name,
      { Type, Description = '', AllowedPattern, AllowedValues, ConstraintDescription },
    ] of parameters()) {
      expect(Description.length, name).toBeGreaterThan(20);
      expect(Description.length, name).toBeLessThan(4_000);
      expect(AllowedValues ?? ConstraintDescription, name).toBeDefined();
      if (Type === 'String') expect(AllowedPattern ?? AllowedValues, name).toBeDefined();
    }
  });

  it('have defaults that are allowed, and the ExternalId has none', () => {
    expect(
      parameters()
        .filter(([, { Default }]) => Default === undefined)
        .map(([name]) => name),
    ).toEqual(['ExternalId']);
    for (const [name, { Default, AllowedPattern, AllowedValues }] of parameters()) {
      if (Default === undefined) continue;
      if (typeof AllowedPattern === 'string')
        expect(String(Default), name).toMatch(new RegExp(AllowedPattern));
      if (Array.isArray(AllowedValues)) expect(AllowedValues.map(String), name).toContain(String(Default));
    }
  });

  it.each([
    ['EncryptionKey', 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab', true],
    ['EncryptionKey', 'arn:aws:kms:eu-west-1:111122223333:alias/selfheal', false],
    ['OrganizationId', 'o-a1b2c3d4e5', true],
    ['OrganizationId', 'ou-ab12-11111111', false],
    ['ExternalId', 'selfheal-sandbox', true],
    ['ExternalId', 'short', false],
    ['FurtherTopicArns', 'arn:aws:sns:us-east-1:111122223333:a,arn:aws:sns:us-east-1:111122223333:b', true],
    ['FurtherTopicArns', '*', false],
    ['JwtIssuer', 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc', true],
    ['JwtIssuer', 'http://example.com', false],
    ['OidcScopes', 'openid email groups', true],
    ['OidcScopes', 'email', false],
    ['GroupsClaim', 'cognito:groups', true],
    ['GroupsClaim', '', false],
    ['ConsoleUrl', 'https://selfheal.example.com', true],
    ['ConsoleUrl', 'https://selfheal.example.com/', false],
    ['ConsoleUrl', 'https://Selfheal.example.com', false],
    ['ConsoleUrl', 'http://selfheal.example.com', false],
    ['ReportBucket', 'create', true],
    ['ReportBucket', 'evidence.example-com', true],
    ['ReportBucket', 'Evidence', false],
    ['ReportBucket', 'evidence/weekly', false],
  ])('%s may be %s: %s', (name, value, allowed) => {
    const pattern = hub.template.Parameters?.[name]?.AllowedPattern;
    expect(new RegExp(String(pattern)).test(value)).toBe(allowed);
  });

  it('can each be given on the command line, by the same name and with the same default', () => {
    for (const [name, { Default }] of parameters()) {
      const param = name[0]?.toLowerCase() + name.slice(1);
      expect(service).toContain(`{ParameterKey: ${name}, ParameterValue: '\${param:${param}}'}`);
      const written = new RegExp(`^    ${param}: '?([^'\\n]*)'?$`, 'm').exec(service)?.[1];
      expect(written, param).toBe(String(Default ?? ''));
    }
  });
});

describe('a deployment', () => {
  const StackParameters = createRequire(import.meta.url)('../../../infra/stack/stack-parameters.cjs') as new (
    serverless: unknown,
  ) => { readonly hooks: Readonly<Record<string, () => void>> };
  const deployment = (
    values: Readonly<Record<string, string>>,
    command = 'deploy',
    param: readonly string[] = [],
  ) => {
    const given = {
      ExternalId: 'selfheal-sandbox',
      JwtIssuer: '',
      JwtAudience: '',
      ConsoleUrl: '',
      Aggregator: 'off',
      OrganizationId: '',
      ...values,
    };
    const provider = {
      stackParameters: Object.entries(given).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
      coreCloudFormationTemplate: { Resources: {} },
    };
    const { hooks } = new StackParameters({
      service: { provider, resources: { Parameters: fragments.Parameters } },
      processedInput: {
        commands: command.split(' '),
        options: { timestamp: '2026-01-01T00:00:00.000Z', param },
      },
      classes: { Error },
    });
    return { hooks, provider };
  };

  it('is refused with a parameter that does not exist, which osls would pass over', () => {
    expect(() => deployment({}, 'deploy', ['organisationId=o-a1b2c3d4e5']).hooks.initialize?.()).toThrow(
      /no parameter organisationId; there are externalId, /,
    );
  });

  it.each([
    [{ ExternalId: '' }, /no externalId: .*--param="name=value"/s],
    [{ JwtIssuer: 'https://example.com' }, /jwtIssuer needs jwtAudience/],
    [{ ConsoleUrl: 'https://selfheal.example.com' }, /consoleUrl needs jwtIssuer/],
    [{ Aggregator: 'on' }, /aggregator needs organizationId/],
    [{ ExternalId: 'x' }, /externalId is "x": expected 12 to 200 letters/],
    [{ OrganizationId: 'foo' }, /organizationId is "foo": expected the id of your organization/],
    [{ Aggregator: 'maybe' }, /aggregator is "maybe": expected/],
  ])('is refused before it begins when %o is all that is given', (values, why) => {
    expect(() => deployment(values).hooks.initialize?.()).toThrow(why);
    // A rollback takes an older template with the parameters of today.
    expect(() => deployment(values, 'rollback').hooks.initialize?.()).toThrow(why);
    for (const harmless of ['package', 'deploy list', 'info'])
      expect(() => deployment(values, harmless).hooks.initialize?.(), harmless).not.toThrow();
  });

  it('begins when all is there', () => {
    expect(() => deployment({}).hooks.initialize?.()).not.toThrow();
  });

  it('begins with a stack that knows the parameters it is given', () => {
    const { hooks, provider } = deployment({});
    hooks['before:deploy:deploy']?.();
    expect(provider.coreCloudFormationTemplate).toMatchObject({
      Parameters: { ExternalId: { Type: 'String' } },
    });
  });
});
