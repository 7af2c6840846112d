import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { readTemplateFiles } from '../../../sandbox/cloudformation/template-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'templates-'));
const NAME = `test-${process.pid}`;
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(`node_modules/.cache/selfheal/${NAME}.template`, { force: true });
});

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

it('reads fragments as one template, and again when one of them has changed', () => {
  const queue = file('queue.yml', 'Resources: {Q: {Type: AWS::SQS::Queue}}');
  const outputs = file('outputs.yml', 'Outputs: {Url: {Value: !Ref Q}}');
  const read = () => JSON.parse(readTemplateFiles(NAME, [queue, outputs]));
  const first = read();
  expect(first).toMatchObject({ Resources: { Q: {} }, Outputs: { Url: { Value: { Ref: 'Q' } } } });
  expect(read()).toEqual(first);
  file('outputs.yml', 'Outputs: {Arn: {Value: !GetAtt Q.Arn}}');
  expect(read().Outputs).toEqual({ Arn: { Value: { 'Fn::GetAtt': ['Q', 'Arn'] } } });
  file('queue.yml', 'Resources: {Q: {Kind: AWS::SQS::Queue}}');
  expect(read).toThrow('queue.yml: Resources.Q.Type');
});
