/**
 * What the executor may start, and the roles it may hand to Automation: exactly the catalog's, a policy for each
 * degree of disruption, so that an account which allows less gets less. A policy may have 6,144 characters and a
 * role ten policies; what does not fit goes on in the next.
 */
import { automationRoleName } from '../../domain/automation-role.ts';
import type { Disruption, Runbook } from '../../domain/catalog/catalog.ts';
import { CONDITION_OF } from './automation-roles.ts';
import { ACCOUNT, arn } from './resource-scopes.ts';
import type { TemplateResource, TemplateValue } from './template.ts';

const DEGREES: readonly Disruption[] = ['none', 'low', 'high', 'destructive'];

/** Policies by logical id, in the order in which the executor has them. */
export const executorPolicies = (runbooks: readonly Runbook[]): Record<string, TemplateResource> =>
  Object.fromEntries(
    DEGREES.flatMap((degree) =>
      parts(runbooks.filter(({ disruption }) => disruption === degree)).map((documents, index) => [
        `Executor${capital(degree)}${index + 1}Policy`,
        policyFor(degree, index + 1, documents),
      ]),
    ),
  );

/** In alphabetical order, so that a new runbook moves as few others as can be. */
const parts = (runbooks: readonly Runbook[]): readonly (readonly string[])[] => {
  const documents = runbooks.map(({ document }) => document).toSorted();
  const chunks = Math.ceil(documents.length / DOCUMENTS_A_POLICY);
  return Array.from({ length: chunks }, (_, index) =>
    documents.slice(index * DOCUMENTS_A_POLICY, (index + 1) * DOCUMENTS_A_POLICY),
  );
};

const policyFor = (degree: Disruption, part: number, documents: readonly string[]): TemplateResource => ({
  Type: 'AWS::IAM::ManagedPolicy',
  Condition: CONDITION_OF[degree],
  Properties: {
    ManagedPolicyName: `selfheal-executor-${degree}-${part}`,
    Description: `Starts catalogued runbooks, disruption ${degree}, each with its own role.`,
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'CataloguedDocuments',
          Effect: 'Allow',
          Action: 'ssm:StartAutomationExecution',
          Resource: documents.map((name) => sub(arn(`ssm:*:${ownerOf(name)}:document/${name}`))),
        },
        {
          Sid: 'CataloguedDefinitions',
          Effect: 'Allow',
          Action: 'ssm:StartAutomationExecution',
          Resource: documents.map((name) =>
            sub(arn(`ssm:*:${ownerOf(name)}:automation-definition/${name}:*`)),
          ),
        },
        {
          Sid: 'TheirRoles',
          Effect: 'Allow',
          Action: 'iam:PassRole',
          Resource: documents.map((name) => sub(arn(`iam::${ACCOUNT}:role/${automationRoleName(name)}`))),
          Condition: { StringEquals: { 'iam:PassedToService': 'ssm.amazonaws.com' } },
        },
      ],
    },
  },
});

/** The ARN of a document that AWS owns names no account. */
const ownerOf = (document: string): string => (/^AWS/.test(document) ? '' : ACCOUNT);

const sub = (text: string): TemplateValue => ({ 'Fn::Sub': text });
const capital = (word: string): string => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;

const DOCUMENTS_A_POLICY = 18;
