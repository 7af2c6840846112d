/** A case whose every field was written by somebody who means harm. */
import type { Case } from '../../../domain/case/case.ts';
import { hourMs } from '../../../domain/time.ts';
import { aCase, NOW, plan, terms } from '../../support/cases.ts';
import { askedCase, decisionOf } from './asked-case.ts';

/** Each does something where it is taken for anything but text. */
export const HOSTILE: readonly string[] = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' autofocus onfocus=alert(1) x='",
  '</title></textarea></style><svg/onload=alert(1)>',
  '\u001b[31m\u001b]8;;http://evil\u0007red',
  '\u202Egpj.exe\u2066',
  '{{constructor.constructor("alert(1)")()}} $\u007b1+1}',
  'javascript:alert(1)',
  '[click](javascript:alert(1))<a href="javascript:alert(1)">click</a>',
  'two\r\nlines\u2028of\u2029it\u0000',
  'x'.repeat(1_000_000),
  '&lt;b&gt; &amp; \ud800',
];

/** It stands in every field that anybody but selfheal writes. */
export const hostileCase = (text: string): Case =>
  askedCase(
    {
      plan: {
        ...plan,
        document: text,
        parameters: { [text]: [text], BucketName: [text] },
        executorRoleArn: text,
      },
      decisions: [{ ...decisionOf(text), reason: text }],
      changes: [text],
    },
    {
      entry: text,
      requestedBy: text,
      lastFailure: text,
      manualSteps: [text],
      finding: {
        ...aCase('held').finding,
        rule: text,
        ruleIdentifier: text,
        resourceType: text,
        resourceId: text,
      },
      newestEvaluation: { compliance: 'NON_COMPLIANT', recordedAt: NOW, annotation: text },
      timeline: [{ at: NOW, who: text, what: text, why: text, state: 'held' }],
      attempts: 1,
    },
    {
      approval: { ...terms.approval, quorum: 3 },
      windows: [{ name: text, cron: '0 22 * * *', durationMs: hourMs, timezone: 'UTC' }],
    },
  );
