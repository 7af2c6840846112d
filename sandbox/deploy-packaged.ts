/**
 * Deploys selfheal into the sandbox as it was packaged: the hub by the template that osls made, with the zips it
 * names, and the member stack, whose executors trust the roles that the hub says.
 */
import { readFileSync } from 'node:fs';
import type { PackagedHub } from '../infra/build/package-hub.ts';
import {
  type Deployment,
  type DeployOptions,
  deployHub,
  deployMembers,
  deploymentOf,
  deployTopics,
} from './deployment.ts';
import { SANDBOX_AUDIENCE } from './http-api/token-issuer.ts';

export interface DeployPackagedOptions extends DeployOptions {
  /** Of the people's identity provider. */
  readonly issuer: string;
  /** Where people open the pages. */
  readonly consoleUrl: string;
}

export const deployPackaged = async (
  { url, topics, lanes, issuer, consoleUrl }: DeployPackagedOptions,
  { templateFile, zipOf }: PackagedHub,
): Promise<Deployment> => {
  const template = readFileSync(templateFile, 'utf8');
  const hub = await deployHub(url, {
    template,
    code: Object.fromEntries(
      functionNamesIn(template).map((name) => [name, zipOf(name.replace(/^selfheal-/, ''))]),
    ),
    parameters: {
      JwtIssuer: issuer,
      JwtAudience: SANDBOX_AUDIENCE,
      ConsoleUrl: consoleUrl,
      ReportBucket: 'create',
    },
  });
  await deployTopics(url, topics);
  await deployMembers(url, lanes, (hub.outputs.HubRoleArns ?? '').split(','));
  return deploymentOf(hub);
};

const functionNamesIn = (template: string): readonly string[] => {
  const { Resources } = JSON.parse(template) as {
    readonly Resources: Readonly<
      Record<string, { readonly Type: string; readonly Properties?: { readonly FunctionName?: string } }>
    >;
  };
  return Object.values(Resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::Lambda::Function' && Properties?.FunctionName !== undefined
      ? [Properties.FunctionName]
      : [],
  );
};
