/** CloudFormation's own checks of all that is deployed, in one file: the validator takes seconds to make. */
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MEMBER_STACK_FILE } from '../../infra/stack/build-member-stack.ts';
import { SYNTHESIS_MS_MAX, synthesized } from '../support/synthesized.ts';
import { templateErrors } from '../support/validate-template.ts';

const PACKS = readdirSync('infra/packs').filter((file) => file.endsWith('.yml') && file !== 'controls.yml');

it(
  'finds nothing wrong with the hub stack, nor with what osls begins it with',
  async () => {
    const { templateFile, firstTemplateFile } = await synthesized();
    expect(templateErrors(templateFile)).toEqual([]);
    expect(templateErrors(firstTemplateFile)).toEqual([]);
  },
  SYNTHESIS_MS_MAX,
);

it('finds nothing wrong with the member stack', () => {
  expect(templateErrors(MEMBER_STACK_FILE)).toEqual([]);
});

it.each(PACKS)('finds nothing wrong with the rule pack %s', (file) => {
  expect(templateErrors(`infra/packs/${file}`)).toEqual([]);
});
