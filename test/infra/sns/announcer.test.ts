/** A person hears of a case once, though one of the topics is gone. */
import { expect, it } from 'vitest';
import { createAnnouncer } from '../../../infra/sns/announcer.ts';

const MESSAGE = { subject: 's', text: 't', attributes: { state: 'needs-human' } };

const announcing = (refusals: Readonly<Record<string, string>>) => {
  const heard: string[] = [];
  const said: { readonly MessageStructure?: string; readonly Message: string }[] = [];
  const send = async ({ input }: { input: { TopicArn: string; Message: string } }) => {
    const name = refusals[input.TopicArn];
    if (name !== undefined) throw Object.assign(new Error('not taken'), { name });
    heard.push(input.TopicArn);
    said.push(input);
    return {};
  };
  const announcer = createAnnouncer({ topicArn: (name) => name, sns: { send } as never });
  return { heard, said, announce: (...topics: string[]) => announcer.announce(topics, MESSAGE) };
};

it('tells every topic once', async () => {
  const { heard, announce } = announcing({});
  await announce('a', 'b', 'a');
  expect(heard).toEqual(['a', 'b']);
});

it('counts as told when a topic is gone and another took it', async () => {
  const { heard, announce } = announcing({ gone: 'NotFoundException' });
  await announce('gone', 'b');
  expect(heard).toEqual(['b']);
});

it('is to be told again when no topic took it', async () => {
  const { announce } = announcing({ gone: 'NotFoundException', closed: 'AuthorizationError' });
  await expect(announce('gone', 'closed')).rejects.toMatchObject({
    errorClass: 'transient',
    code: 'NotFoundException',
    message: expect.stringMatching(/gone .*closed /),
  });
});

it('is to be told again when a topic may take it later, and tells the others first', async () => {
  const { heard, announce } = announcing({ a: 'InternalError', gone: 'NotFoundException' });
  await expect(announce('a', 'gone', 'c')).rejects.toMatchObject({ errorClass: 'transient' });
  expect(heard).toEqual(['c']);
});

it('says it in one publication as each protocol reads it', async () => {
  const { said, announce } = announcing({});
  await announce('a');
  expect(said).toHaveLength(1);
  expect(said[0]?.MessageStructure).toBe('json');
  const texts = JSON.parse(said[0]?.Message ?? '');
  expect(texts).toMatchObject({ default: 't', sms: 's' });
  expect(JSON.parse(texts.sqs)).toEqual({ version: 1, kind: 'notice', subject: 's', text: 't' });
  expect(JSON.parse(texts.https)).toMatchObject({
    version: '1.0',
    source: 'custom',
    content: { title: 's' },
  });
});
