/**
 * Packages the hub as it is deployed, with no AWS account and no network: the functions' zips, and around them the
 * templates that osls makes of `serverless.yml`.
 */
import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildFunctions } from './build-functions.ts';

export interface PackagedHub {
  /** The whole stack: what `osls deploy` brings an account to. */
  readonly templateFile: string;
  /** What its first deployment begins with. */
  readonly firstTemplateFile: string;
  /** @example zipOf('tick') // '/…/dist/functions/tick.zip' */
  readonly zipOf: (functionName: string) => string;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const OSLS = fileURLToPath(new URL('../../node_modules/osls/bin/serverless.js', import.meta.url));
/** What osls reads of this project. */
const SERVICE = ['serverless.yml', 'infra/stack/hub', 'infra/stack/stack-parameters.cjs'];

/**
 * @param dir where to: another folder than the project is given what osls needs of it
 * @param policyFile what is in force until a policy is published
 * @throws an Error with every problem of policy and catalog, or with what osls says
 */
export const packageHub = async (
  dir: string = ROOT,
  policyFile: string = join(ROOT, 'policy.yml'),
): Promise<PackagedHub> => {
  if (dir !== ROOT)
    for (const path of SERVICE) cpSync(join(ROOT, path), join(dir, path), { recursive: true });
  await buildFunctions({
    outDir: join(dir, 'dist/functions'),
    policyFile,
    runbooksDir: join(ROOT, 'runbooks'),
  });
  await runOsls(dir);
  return packagedHub(dir);
};

/** What `packageHub` left in a folder. */
export const packagedHub = (dir: string = ROOT): PackagedHub => ({
  templateFile: join(dir, '.serverless/cloudformation-template-update-stack.json'),
  firstTemplateFile: join(dir, '.serverless/cloudformation-template-create-stack.json'),
  zipOf: (functionName) => join(dir, `dist/functions/${functionName}.zip`),
});

const runOsls = async (cwd: string): Promise<void> => {
  try {
    await promisify(execFile)(process.execPath, [OSLS, 'package'], { cwd, env: withoutAws(process.env) });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(
      `osls could not package the hub in ${cwd}: ${`${stderr}\n${stdout}`.trim() || String(error)}`,
      {
        cause: error,
      },
    );
  }
};

/** Packaging asks nothing of AWS; what the shell knows of an account must not get into the templates. */
const withoutAws = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(AWS|SLS|SERVERLESS)_/.test(name)));
