/**
 * Writes the member stack, infra/stack/member.yml: what people wrote in infra/stack/member/, joined with what
 * follows from the runbook catalog and the rule packs. Again with:  npx tsx infra/stack/build-member-stack.ts
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Catalog } from '../../domain/catalog/catalog.ts';
import { loadCatalog } from '../catalog/load-catalog.ts';
import { loadManagedRules } from '../packs/controls.ts';
import { automationRole } from './automation-roles.ts';
import { executorPolicies } from './executor-policies.ts';
import { recordingGroup } from './recorded-types.ts';
import {
  type Fragment,
  joinFragments,
  readFragment,
  type Template,
  type TemplateResource,
  type TemplateValue,
  writeTemplate,
} from './template.ts';

export const MEMBER_STACK_FILE = fileURLToPath(new URL('member.yml', import.meta.url));

type Entries = Pick<Catalog, 'runbooks' | 'guides'>;

/** The member stack for a catalog. */
export const memberStack = async (catalog: Entries): Promise<Template> => {
  const sorted = catalog.runbooks.toSorted((left, right) => (left.document < right.document ? -1 : 1));
  const policies = executorPolicies(sorted);
  const roles = await Promise.all(sorted.map(automationRole));
  const { Resources, ...rest } = joinFragments([
    ...fragments(),
    { Resources: policies },
    { Resources: Object.assign({}, ...roles) },
  ]);
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: DESCRIPTION,
    ...rest,
    Resources: {
      ...Resources,
      ExecutorRole: withPolicies(handWritten(Resources, 'ExecutorRole'), policies),
      ConfigRecorder: withProperty(
        handWritten(Resources, 'ConfigRecorder'),
        'RecordingGroup',
        recordingGroup({ catalog, managedRules: loadManagedRules() }),
      ),
    },
  };
};

/** The file as it is committed. */
export const memberStackText = async (catalog: Entries): Promise<string> =>
  `${HEADER}${writeTemplate(await memberStack(catalog))}`;

const fragments = (): readonly Fragment[] =>
  readdirSync(FRAGMENTS_DIR)
    .filter((name) => name.endsWith('.yml'))
    .sort()
    .map((name) => readFragment(readFileSync(join(FRAGMENTS_DIR, name), 'utf8')));

const handWritten = (resources: Template['Resources'], id: string): TemplateResource => {
  const found = resources[id];
  if (found === undefined) throw new Error(`No fragment in ${FRAGMENTS_DIR} has the resource ${id}.`);
  return found;
};

/** The executor as its fragment has it, with the policies that follow from the catalog. */
const withPolicies = (executor: TemplateResource, policies: Template['Resources']): TemplateResource => {
  const generated = Object.entries(policies).map(([id, { Condition = '' }]) => ({
    'Fn::If': [Condition, { Ref: id }, { Ref: 'AWS::NoValue' }],
  }));
  const { ManagedPolicyArns: own = [] } = executor.Properties;
  return withProperty(executor, 'ManagedPolicyArns', [own, generated].flat());
};

const withProperty = (resource: TemplateResource, name: string, value: TemplateValue): TemplateResource => ({
  ...resource,
  Properties: { ...resource.Properties, [name]: value },
});

const FRAGMENTS_DIR = fileURLToPath(new URL('member/', import.meta.url));
const DESCRIPTION =
  'selfheal, member stack: forwards the events of AWS Config and Systems Manager to the hub, and holds the roles with which runbooks are started and act in this account.';
const HEADER = `# The member stack of selfheal, for StackSets: deploy it to every account and Region, the hub's own included.
# Generated from infra/stack/member/, the runbook catalog and the rule packs; change those, then write it again with:
#   npx tsx infra/stack/build-member-stack.ts
`;

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(MEMBER_STACK_FILE, await memberStackText(loadCatalog()));
