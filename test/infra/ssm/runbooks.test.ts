/** An execution is found on whatever page it stands. */
import { expect, it } from 'vitest';
import { createRunbooks } from '../../../infra/ssm/runbooks.ts';
import { NOW, planned } from '../../support/cases.ts';

const finding = (pages: readonly object[]) => {
  const send = async ({ input: { NextToken = '0' } }: { input: { NextToken?: string } }) =>
    pages[Number(NextToken)];
  return createRunbooks({ ssm: () => ({ send }) } as never, () => NOW).find(planned.plan, 'token');
};
const EMPTY = { AutomationExecutionMetadataList: [] };

it('an empty page is not the end', async () => {
  const last = { AutomationExecutionMetadataList: [{ AutomationExecutionId: 'e' }] };
  expect(await finding([{ ...EMPTY, NextToken: '1' }, { NextToken: '2' }, last])).toBe('e');
});

it('none on any page is none', async () => {
  expect(await finding([{ ...EMPTY, NextToken: '1' }, EMPTY])).toBeUndefined();
});
