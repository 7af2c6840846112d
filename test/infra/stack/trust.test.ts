/** Who may become a role: whoever has to, by each part of its trust, and nobody else. */
import { describe, expect, it } from 'vitest';
import { automationRoleName } from '../../../domain/automation-role.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import type { AccessRequest, RequestContext } from '../../../sandbox/iam/access-request.ts';
import { deployedDocument } from '../../support/deployed-document.ts';
import { type Guarded, idleParts, mistakes, request } from '../../support/guarded-policy.ts';
import { rolesOf } from '../../support/iam-of-template.ts';
import { hubTemplate, memberTemplate } from '../../support/stack-templates.ts';

const HUB = '111111111111';
const ACCOUNT = '222222222222';
const OTHER = '999999999999';
const PARAMETERS = {
  ExternalId: 'ours-and-nobody-elses',
  OrganizationId: 'o-a1b2c3d4e5',
  HubRoleArns: ['tick', 'wake', 'decide'].map((name) => `arn:aws:iam::${HUB}:role/selfheal-function-${name}`),
};

const hub = hubTemplate();
const member = await memberTemplate();

type Asked = Pick<Guarded, 'welcome' | 'attacks'>;
type Becomes = (principal: string, context?: RequestContext) => AccessRequest;

/** For whatever is run by a service that says nothing of its source. */
const onlyFor =
  (service: string) =>
  (becomes: Becomes): Asked => ({
    welcome: { [service]: becomes(service) },
    attacks: {
      'another service': becomes('ec2.amazonaws.com'),
      'an administrator of the account': becomes(`arn:aws:iam::${HUB}:user/admin`),
      'another account': becomes(`arn:aws:iam::${OTHER}:user/admin`),
    },
  });

/** For what a service does on behalf of something in the role's own account. */
const onBehalfOf =
  (service: string, sources: readonly string[], otherSource: string) =>
  (becomes: Becomes): Asked => {
    const on = (source: string, account = ACCOUNT) => ({
      'aws:SourceArn': source,
      'aws:SourceAccount': account,
    });
    const [source = ''] = sources;
    return {
      welcome: Object.fromEntries(sources.map((each) => [each, becomes(service, on(each))])),
      attacks: {
        'another service': becomes('lambda.amazonaws.com', on(source)),
        'the same of another account': becomes(service, on(source.replace(ACCOUNT, OTHER), OTHER)),
        'another source account': becomes(service, on(source, OTHER)),
        'another source': becomes(service, on(otherSource)),
        'no source at all': becomes(service),
        'an administrator of the account': becomes(`arn:aws:iam::${ACCOUNT}:user/admin`, on(source)),
      },
    };
  };

const fromTheHub = (becomes: Becomes): Asked => {
  const asHub = { 'sts:ExternalId': PARAMETERS.ExternalId, 'aws:PrincipalOrgID': PARAMETERS.OrganizationId };
  const session = (account: string, name: string) =>
    `arn:aws:sts::${account}:assumed-role/selfheal-function-${name}/s`;
  const { 'sts:ExternalId': _, ...withoutExternalId } = asHub;
  return {
    welcome: Object.fromEntries(
      ['tick', 'wake', 'decide'].map((name) => [name, becomes(session(HUB, name), asHub)]),
    ),
    attacks: {
      'no external id': becomes(session(HUB, 'wake'), withoutExternalId),
      'the external id of another': becomes(session(HUB, 'wake'), { ...asHub, 'sts:ExternalId': 'theirs' }),
      'a hub that left the organization': becomes(session(HUB, 'wake'), {
        ...asHub,
        'aws:PrincipalOrgID': 'o-another000',
      }),
      'a role of the hub that has no business here': becomes(session(HUB, 'api'), asHub),
      'the same role of another account': becomes(session(OTHER, 'wake'), asHub),
      'an administrator of the hub': becomes(`arn:aws:iam::${HUB}:user/admin`, asHub),
      'an administrator of this account': becomes(`arn:aws:iam::${ACCOUNT}:user/admin`, asHub),
      Lambda: becomes('lambda.amazonaws.com', asHub),
    },
  };
};

const forwardingRule = (name: string) => `arn:aws:events:eu-west-1:${ACCOUNT}:rule/selfheal-forward-${name}`;

/** By role: who is meant to become it. A role that is not here is a role that nobody has thought of. */
const BECOMES: Readonly<Record<string, (becomes: Becomes) => Asked>> = {
  'selfheal-config-aggregator': onlyFor('config.amazonaws.com'),
  ...Object.fromEntries(
    [
      'api',
      'compliance-change',
      'decide',
      'execution-status',
      'operations',
      'report',
      'scheduled',
      'tick',
      'wake',
    ].map((name) => [`selfheal-function-${name}`, onlyFor('lambda.amazonaws.com')]),
  ),
  'selfheal-executor': fromTheHub,
  'selfheal-forward-events': onBehalfOf(
    'events.amazonaws.com',
    ['compliance-change', 'execution-status'].map(forwardingRule),
    `arn:aws:events:eu-west-1:${ACCOUNT}:rule/anybodys`,
  ),
  ...Object.fromEntries(
    loadCatalog().runbooks.map(({ document }) => [
      automationRoleName(document),
      onBehalfOf(
        'ssm.amazonaws.com',
        [`arn:aws:ssm:eu-west-1:${ACCOUNT}:automation-execution/00000000-0000-0000-0000-000000000000`],
        `arn:aws:ssm:eu-west-1:${ACCOUNT}:document/anybodys`,
      ),
    ]),
  ),
};

const ROLES = [
  ...rolesOf(hub).map(({ id, name }) => ({ id, name, account: HUB, template: hub })),
  ...rolesOf(member).map(({ id, name }) => ({ id, name, account: ACCOUNT, template: member })),
].map(({ id, name, account, template }): readonly [string, Guarded] => {
  const trust = template.Resources[id]?.Properties.AssumeRolePolicyDocument;
  const becomes: Becomes = (principal, context) =>
    request(principal, 'sts:AssumeRole', `arn:aws:iam::${account}:role/${name}`, context);
  const asked = BECOMES[name]?.(becomes) ?? { welcome: {}, attacks: {} };
  return [name, { document: deployedDocument(trust, account, PARAMETERS), kind: 'trust', ...asked }];
});

describe('the trust of every role of both stacks', () => {
  it('has been thought of', () => {
    expect(ROLES.map(([name]) => name).sort()).toEqual(Object.keys(BECOMES).sort());
  });

  it('lets in whoever has to become it, and withstands who must not', () => {
    const wrong = ROLES.flatMap(([name, guarded]) => mistakes(guarded).map((who) => `${name}: ${who}`));
    expect(wrong).toEqual([]);
  });

  it('has no statement, principal or condition without which that would be the same', () => {
    const idle = ROLES.flatMap(([name, guarded]) => idleParts(guarded).map((part) => `${name} ${part}`));
    expect(idle).toEqual([]);
  });
});
