/** Few queries for many resources: together, split at Config's limits, remembered for three seconds, no neighbour harmed. */
import { beforeEach, describe, expect, it } from 'vitest';
import { PortError } from '../../../domain/ports.ts';
import { instant } from '../../../domain/time.ts';
import {
  createRecordedReader,
  type ReadTags,
  type RecordedReader,
  type TagReaderOptions,
} from '../../../infra/config/tag-reader.ts';
import { parseSelect } from '../../../sandbox/services/config/select.ts';

type Select = TagReaderOptions['select'];

const LANE = { account: '222222222222', region: 'us-east-1' };
const BUCKET = 'AWS::S3::Bucket';

let nowMs: number;
let expressions: string[];
let answer: Select;
let read: ReadTags;
let recorded: RecordedReader;

const idsOf = (expression: string): readonly string[] => [
  ...(parseSelect(expression).conditions[0]?.values ?? []),
];
const row = (resourceId: string, resourceType = BUCKET): string =>
  JSON.stringify({ resourceId, resourceType, tags: [{ key: 'name', value: resourceId }] });
const tellAll: Select = async (_, { Expression = '' }) => ({
  Results: idsOf(Expression).map((id) => row(id)),
});
const failing = (code: string) => new PortError('transient', code, 'config:SelectResourceConfig', 'no');

beforeEach(() => {
  nowMs = 0;
  expressions = [];
  answer = tellAll;
  recorded = createRecordedReader({
    select: (lane, input) => {
      expressions.push(input.Expression ?? '');
      return answer(lane, input);
    },
    now: () => instant(nowMs),
    moment: () => Promise.resolve(),
  });
  read = recorded.tags;
});

describe('what is asked together', () => {
  it('asks once for ten resources of one lane', async () => {
    const ids = Array.from({ length: 10 }, (_, n) => `bucket-${n}`);
    const tags = await Promise.all(ids.map((id) => read(LANE, BUCKET, id)));
    expect(tags).toEqual(ids.map((name) => ({ name })));
    expect(expressions).toHaveLength(1);
  });

  it('asks once for the tags and the names of one resource', async () => {
    answer = async () => ({
      Results: [
        JSON.stringify({ resourceId: 'a', resourceType: BUCKET, resourceName: 'name-a', arn: 'arn-a' }),
      ],
    });
    const [tags, facts] = await Promise.all([read(LANE, BUCKET, 'a'), recorded.facts(LANE, BUCKET, 'a')]);
    expect({ tags, facts }).toEqual({ tags: {}, facts: { tags: {}, resourceName: 'name-a', arn: 'arn-a' } });
    expect(expressions).toHaveLength(1);
  });

  it('asks each lane for itself', async () => {
    await Promise.all([
      read(LANE, BUCKET, 'a'),
      read({ ...LANE, region: 'eu-west-1' }, BUCKET, 'a'),
      read({ ...LANE, account: '333333333333' }, BUCKET, 'a'),
    ]);
    expect(expressions).toHaveLength(3);
  });

  it('tells resources of one id apart by their type', async () => {
    answer = async () => ({ Results: [row('a'), row('a', 'AWS::SQS::Queue').replace('"a"}', '"queue"}')] });
    const [bucket, queue] = await Promise.all([
      read(LANE, BUCKET, 'a'),
      read(LANE, 'AWS::SQS::Queue', 'a'),
      expect(read(LANE, 'AWS::SNS::Topic', 'a')).rejects.toMatchObject({ code: 'ResourceNotIndexed' }),
    ]);
    expect([bucket, queue]).toEqual([{ name: 'a' }, { name: 'queue' }]);
    expect(expressions).toHaveLength(1);
  });

  it('never asks with an expression longer than Config reads, and forgets none', async () => {
    const ids = Array.from({ length: 30 }, (_, n) => `${'x'.repeat(700)}-${n}`);
    const tags = await Promise.all(ids.map((id) => read(LANE, BUCKET, id)));
    expect(tags.map(({ name }) => name)).toEqual(ids);
    expect(Math.max(...expressions.map(({ length }) => length))).toBeLessThanOrEqual(4_096);
    expect(expressions).toHaveLength(6);
  });

  it('never asks for more than a hundred at once', async () => {
    await Promise.all(Array.from({ length: 250 }, (_, n) => read(LANE, BUCKET, `b${n}`)));
    expect(expressions.map((expression) => idsOf(expression).length)).toEqual([100, 100, 50]);
  });

  it('reads every page', async () => {
    answer = async (_, { Expression = '', NextToken }) => {
      const [first = '', second = ''] = idsOf(Expression);
      return NextToken === undefined ? { Results: [row(first)], NextToken: '2' } : { Results: [row(second)] };
    };
    expect(await Promise.all([read(LANE, BUCKET, 'a'), read(LANE, BUCKET, 'b')])).toEqual([
      { name: 'a' },
      { name: 'b' },
    ]);
  });
});

describe('what goes wrong', () => {
  it('refuses an id that cannot be quoted, alone', async () => {
    const asked = ["a' OR resourceId <> '", 'back\\slash', 'new\nline', ''].map((id) =>
      read(LANE, BUCKET, id),
    );
    const good = read(LANE, BUCKET, 'good');
    for (const settled of await Promise.allSettled(asked))
      expect(settled).toMatchObject({ status: 'rejected', reason: { code: 'UnsafeResourceId' } });
    expect(await good).toEqual({ name: 'good' });
    expect(expressions.map(idsOf)).toEqual([['good']]);
  });

  it('asks for each alone when Config cannot read them together', async () => {
    answer = async (lane, input) => {
      if (idsOf(input.Expression ?? '').includes('bad')) throw failing('InvalidExpressionException');
      return tellAll(lane, input);
    };
    const [good, bad] = await Promise.allSettled([read(LANE, BUCKET, 'good'), read(LANE, BUCKET, 'bad')]);
    expect(good).toMatchObject({ value: { name: 'good' } });
    expect(bad).toMatchObject({ reason: { code: 'InvalidExpressionException' } });
    expect(expressions).toHaveLength(3);
  });

  it('takes what Config cannot select yet for unknown, not for untagged', async () => {
    answer = async () => ({ Results: [] });
    await expect(read(LANE, BUCKET, 'a')).rejects.toMatchObject({
      errorClass: 'transient',
      code: 'ResourceNotIndexed',
      message: expect.stringContaining('AWS::S3::Bucket a'),
    });
    answer = tellAll;
    expect(await read(LANE, BUCKET, 'a')).toEqual({ name: 'a' });
  });

  it('knows no tags of a row without any, nor of an account, which has no row', async () => {
    answer = async () => ({ Results: [JSON.stringify({ resourceId: 'a', resourceType: BUCKET })] });
    expect(await read(LANE, BUCKET, 'a')).toEqual({});
    expect(await read(LANE, 'AWS::::Account', LANE.account)).toEqual({});
  });

  it('keeps no error', async () => {
    answer = () => Promise.reject(failing('ThrottlingException'));
    await expect(read(LANE, BUCKET, 'a')).rejects.toThrow(PortError);
    answer = tellAll;
    expect(await read(LANE, BUCKET, 'a')).toEqual({ name: 'a' });
  });
});

describe('how long an answer is good', () => {
  it('uses it again for three seconds from the moment it was asked for', async () => {
    await read(LANE, BUCKET, 'a');
    nowMs = 3_000;
    await read(LANE, BUCKET, 'a');
    expect(expressions).toHaveLength(1);
    nowMs = 3_001;
    await read(LANE, BUCKET, 'a');
    expect(expressions).toHaveLength(2);
  });

  it('remembers the latest thousand and no more', async () => {
    for (let n = 0; n <= 1_000; n += 1) await read(LANE, BUCKET, `b${n}`);
    await read(LANE, BUCKET, 'b1000');
    expect(expressions).toHaveLength(1_001);
    await read(LANE, BUCKET, 'b0');
    expect(expressions).toHaveLength(1_002);
  });
});
