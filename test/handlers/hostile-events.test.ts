/** Whatever arrives at the edge, nothing throws: it is decoded, ignored, or refused in one harmless line. */
import { describe, expect, it } from 'vitest';
import { decodeComplianceChange } from '../../infra/eventbridge/decode-compliance-change.ts';
import { decodeExecutionStatus } from '../../infra/eventbridge/decode-execution-status.ts';
import { decodeWake } from '../../infra/sqs/decode-wake.ts';
import { complianceFixtures, fixture, fixtureNames } from './events.ts';
import { MUTATIONS, type Mutation, mutated, pathsOf } from './mutations.ts';

const NOW_MS = Date.parse('2026-11-21T03:00:00.000Z');
const compliance = (body: string) => decodeComplianceChange(body, { nowMs: NOW_MS, redelivered: false });
type Outcome = ReturnType<typeof compliance> | ReturnType<typeof decodeExecutionStatus>;

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const VALUE_CHARS_MAX = 4_000;
const LINE_CHARS_MAX = 600;

const textsOf = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
};

/** What is wrong with an outcome, whatever the input was. */
const harm = (outcome: Outcome): string | undefined => {
  switch (outcome.kind) {
    case 'decoded': {
      const text = JSON.stringify(outcome.value);
      if (text.length > VALUE_CHARS_MAX) return `decoded to ${text.length} characters`;
      return textsOf(outcome.value).some((one) => UNSEEN.test(one))
        ? 'decoded to unseen characters'
        : undefined;
    }
    case 'ignored':
    case 'refused': {
      const line = outcome.kind === 'ignored' ? outcome.why : outcome.reason;
      if (line.length === 0 || line.length > LINE_CHARS_MAX) return `a reason of ${line.length} characters`;
      return UNSEEN.test(line) ? `a reason with unseen characters: ${JSON.stringify(line)}` : undefined;
    }
  }
};

describe('events as AWS sends them', () => {
  it.each(complianceFixtures)('reads %s', (name) => {
    const event = fixture(name) as { detail: Record<string, never> };
    expect(compliance(JSON.stringify(event))).toMatchObject({
      kind: 'decoded',
      value: {
        account: event.detail.awsAccountId,
        origin: { region: event.detail.awsRegion, configRuleName: event.detail.configRuleName },
        resourceType: event.detail.resourceType,
        resourceId: event.detail.resourceId,
      },
    });
  });

  it('reads the status of an execution, and ignores that of a step', () => {
    expect(decodeExecutionStatus(JSON.stringify(fixture('ssm-execution-status')))).toEqual({
      kind: 'decoded',
      value: { executionId: '7c2e9b14-55d0-4e8a-a3f7-1d90c6b8e2f4', status: 'Failed' },
    });
    expect(decodeExecutionStatus(JSON.stringify(fixture('ssm-step-status'))).kind).toBe('ignored');
  });

  it.each(fixtureNames)('takes %s for what it is and for nothing else', (name) => {
    const body = JSON.stringify(fixture(name));
    if (!name.startsWith('compliance-')) expect(compliance(body).kind).toBe('ignored');
    if (name !== 'ssm-execution-status') expect(decodeExecutionStatus(body).kind).toBe('ignored');
  });

  it('shows an annotation as one line, whole characters only', () => {
    const event = fixture('compliance-transition');
    const annotated = (annotation: string) => {
      const path = ['detail', 'newEvaluationResult', 'annotation'];
      const outcome = compliance(mutated(event, path, { name: '', json: JSON.stringify(annotation) }));
      return outcome.kind === 'decoded' ? outcome.value.evaluation.annotation : outcome;
    };
    expect(annotated('\nTag team is missing.')).toBe('Tag team is missing.');
    expect(annotated('a\u001b[31m\r\nb')).toBe('a [31m b');
    expect(annotated(`${'x'.repeat(254)}\u{1f9ef}\u{1f9ef}`)).toBe(`${'x'.repeat(254)}…`);
    expect(annotated('\n')).toBeUndefined();
  });
});

describe('one field wrong', () => {
  const check = (name: string, decode: (body: string) => Outcome) => {
    const event = fixture(name);
    const harmed: string[] = [];
    for (const path of pathsOf(event))
      for (const mutation of MUTATIONS) {
        const wrong = harm(decode(mutated(event, path, mutation)));
        if (wrong) harmed.push(`${path.join('.')} ${mutation.name}: ${wrong}`);
      }
    expect(harmed).toEqual([]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  };

  it.each(fixtureNames)('does no harm to the reading of compliance in %s', (name) => check(name, compliance));
  it.each(fixtureNames)('does no harm to the reading of executions in %s', (name) =>
    check(name, decodeExecutionStatus),
  );

  const kindOf = (path: string, mutation: Mutation): string =>
    compliance(mutated(fixture('compliance-evaluation-mode'), path.split('.'), mutation)).kind;
  const NEEDED = [
    'source',
    'account',
    'region',
    'detail',
    'detail.awsAccountId',
    'detail.awsRegion',
    'detail.configRuleName',
    'detail.configRuleARN',
    'detail.resourceType',
    'detail.resourceId',
    'detail.newEvaluationResult',
    'detail.newEvaluationResult.complianceType',
    'detail.newEvaluationResult.resultRecordedTime',
    'detail.newEvaluationResult.evaluationResultIdentifier',
    'detail.newEvaluationResult.evaluationResultIdentifier.evaluationResultQualifier',
    'detail.newEvaluationResult.evaluationResultIdentifier.evaluationResultQualifier.configRuleName',
    'detail.newEvaluationResult.evaluationResultIdentifier.evaluationResultQualifier.resourceType',
    'detail.newEvaluationResult.evaluationResultIdentifier.evaluationResultQualifier.resourceId',
  ];
  const UNREAD = [
    'version',
    'id',
    'time',
    'resources',
    'detail.recordVersion',
    'detail.notificationCreationTime',
    'detail.oldEvaluationResult',
    'detail.newEvaluationResult.evaluationResultIdentifier.orderingTimestamp',
    'detail.newEvaluationResult.evaluationResultIdentifier.evaluationResultQualifier.evaluationMode',
  ];

  it.each(NEEDED)('refuses the event when %s is wrong in any way', (path) => {
    expect(MUTATIONS.filter((mutation) => kindOf(path, mutation) !== 'refused')).toEqual([]);
  });

  it.each(UNREAD)('reads the event whatever %s is', (path) => {
    expect(MUTATIONS.filter((mutation) => kindOf(path, mutation) !== 'decoded')).toEqual([]);
  });

  it.each([
    ['another account', 'account', '"333333333333"'],
    ['another Region', 'detail.awsRegion', '"eu-west-1"'],
    ['the future', 'detail.newEvaluationResult.resultRecordedTime', '"2026-11-21T03:15:00.001Z"'],
    ['a made-up source', 'source', '"my.config"'],
  ])('refuses an event that speaks of %s', (_, path, json) => {
    expect(kindOf(path, { name: '', json })).toBe('refused');
  });
});

describe('bodies that are no event', () => {
  const whole = JSON.stringify(fixture('compliance-transition'));
  it.each([
    ['nothing', ''],
    ['no JSON', 'hello \u001b[31m\nworld'],
    ['HTML', '<!doctype html><script>alert(1)</script>'],
    ['half an event', whole.slice(0, 300)],
    ['an array of events', `[${whole}]`],
    ['null', 'null'],
    ['text', '"x"'],
    ['an empty object', '{}'],
    ['256 KB of it', `{"detail-type":"${'x'.repeat(256 * 1024)}`],
    ['a hundred thousand brackets', '['.repeat(100_000)],
    ['a byte order mark', `\ufeff${whole}`],
  ])('are refused in one harmless line: %s', (_, body) => {
    for (const decode of [compliance, decodeExecutionStatus, decodeWake] as const) {
      const outcome = decode(body) as Outcome;
      expect(outcome.kind).toBe('refused');
      expect(harm(outcome)).toBeUndefined();
    }
  });

  it('are refused when a wake-up names a batch that selfheal cannot have made', () => {
    const batch = 'S3_BUCKET_VERSIONING_ENABLED.20261121-030007';
    for (const good of [batch, 'AWS-StopInstance.breaker.20261121-030007'])
      expect(decodeWake(JSON.stringify({ batch: good }))).toEqual({
        kind: 'decoded',
        value: { batch: good },
      });
    for (const bad of [
      { batch: `${batch}\n` },
      { batch: `../${batch}` },
      { batch: '.20261121-030007' },
      { batch: 'rule.other.20261121-030007' },
      { batch: `${'x'.repeat(73)}.20261121-030007` },
      { batch: 'scope#rule#x.20261121-030007' },
      { batch: 7 },
      { batch: [batch] },
      { batch, caseId: '0123456789abcdef-1' },
    ])
      expect(decodeWake(JSON.stringify(bad)).kind, JSON.stringify(bad)).toBe('refused');
  });

  it('are refused when a wake-up has fields that it should not have, whatever they are called', () => {
    const outcome = decodeWake(
      '{"caseId":"0123456789abcdef-1","\\u001b[31m\\u202e":1,"__proto__":2}',
    ) as Outcome;
    expect(outcome.kind).toBe('refused');
    expect(harm(outcome)).toBeUndefined();
  });
});
