/** Commands of `aws` in the guides that act on real accounts: the AWS CLI checks their words, and calls nothing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFragment, type TemplateParameter } from '../../infra/stack/template.ts';
import { hasAwsCommand, runAws } from '../support/aws-command.ts';
import { memberTemplate } from '../support/stack-templates.ts';
import { codeBlocks, readDoc } from './markdown.ts';

const blocks = codeBlocks('docs/deploy.md');
const commands = blocks
  .filter(({ info }) => info[0] === 'sh' && info[1] === 'aws')
  .flatMap(({ text }) => text.split('\n'))
  .filter((line) => line.startsWith('aws ') && !line.startsWith('aws s3 '));
const memberParameters = blocks.find(({ info }) => info[0] === 'json')?.text ?? '';

/** Without the `aws` in front; nothing in the guide is quoted. */
/** As a shell cuts it; what stands in single quotes is one word. */
const wordsOf = (command: string): readonly string[] =>
  (command.match(/'[^']*'|\S+/g) ?? []).slice(1).map((word) => word.replace(/^'(.*)'$/s, '$1'));

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'selfheal-docs-'));
  writeFileSync(join(dir, 'member.json'), memberParameters);
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('the guide to real accounts', () => {
  it('gives the aws command nothing that it does not know', async () => {
    if (!hasAwsCommand()) return;
    expect(commands.length).toBeGreaterThan(5);
    for (const command of commands) {
      const args = wordsOf(command.replace('file://member.json', `file://${dir}/member.json`));
      const { code, stderr } = await runAws([...args, '--generate-cli-skeleton', 'output']);
      expect(code, `${command}\n${stderr}`).toBe(0);
    }
  });

  it('gives the member stack parameters that it has, and all that it needs', async () => {
    const { Parameters = {} } = await memberTemplate();
    const given = JSON.parse(memberParameters) as readonly { ParameterKey: string; ParameterValue: string }[];
    expect(given.filter(({ ParameterKey }) => !(ParameterKey in Parameters))).toEqual([]);
    const needed = Object.entries(Parameters).filter(([, { Default }]) => Default === undefined);
    expect(
      needed.map(([name]) => name).filter((name) => !given.some((each) => each.ParameterKey === name)),
    ).toEqual([]);
    for (const { ParameterKey, ParameterValue } of given) {
      const { Type, AllowedPattern, AllowedValues }: Partial<TemplateParameter> =
        Parameters[ParameterKey] ?? {};
      // CloudFormation asks each value of a list.
      const values = Type === 'CommaDelimitedList' ? ParameterValue.split(',') : [ParameterValue];
      if (typeof AllowedPattern === 'string')
        for (const value of values) expect(value).toMatch(new RegExp(AllowedPattern));
      if (Array.isArray(AllowedValues)) expect(AllowedValues).toContain(ParameterValue);
    }
  });

  it('names all the roles of the hub that enter accounts, as the output HubRoleArns does', () => {
    const { Outputs = {} } = readFragment(readDoc('infra/stack/hub/outputs.yml'));
    const output = JSON.stringify(Outputs.HubRoleArns);
    const inOutput = [...output.matchAll(/"([A-Za-z]+)Role","Arn"/g)].map(([, name = '']) => name);
    const given = JSON.parse(memberParameters) as readonly { ParameterKey: string; ParameterValue: string }[];
    const arns = given.find(({ ParameterKey }) => ParameterKey === 'HubRoleArns')?.ParameterValue.split(',');
    expect(arns).toEqual(
      inOutput.map(
        (name) =>
          `arn:aws:iam::111122223333:role/selfheal-function${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      ),
    );
  });

  it('gives osls parameters that serverless.yml has', () => {
    const given = blocks.flatMap(({ text }) =>
      [...text.matchAll(/--param="(\w+)=/g)].map(([, name = '']) => name),
    );
    expect(given.length).toBeGreaterThan(2);
    const known = readDoc('serverless.yml');
    expect(given.filter((name) => !known.includes(`    ${name}: `))).toEqual([]);
  });
});
