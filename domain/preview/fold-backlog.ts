/**
 * Each finding by itself may start unasked; all together they may not. As many of a rule as its backlog guard still
 * lets through run, the most severe first; the others are asked for, as one batch.
 */
import type { Severity } from '../catalog/catalog.ts';
import { findingId } from '../finding.ts';
import { durationText } from '../policy/duration.ts';
import type { Preview, PreviewedFinding, Unasked } from './previewed.ts';

/** The same findings in the same order. */
export const foldBacklog = (findings: readonly PreviewedFinding[]): readonly PreviewedFinding[] => {
  const now = asked(findings, (one) => one.now);
  const draft = asked(findings, (one) => one.draft);
  return findings.map((one) => ({
    ...one,
    now: now.has(one) ? askedInBatch(one.now) : one.now,
    ...(one.draft && { draft: draft.has(one) ? askedInBatch(one.draft) : one.draft }),
  }));
};

/** Those for which there is no room. */
const asked = (
  findings: readonly PreviewedFinding[],
  previewOf: (one: PreviewedFinding) => Preview | undefined,
): ReadonlySet<PreviewedFinding> => {
  const candidates = findings
    .flatMap((one) => {
      const preview = previewOf(one);
      const unasked = preview?.action === 'run' ? preview.planned?.unasked : undefined;
      return preview && unasked
        ? [{ one, unasked, rank: RANK[preview.severity], id: findingId(one.finding) }]
        : [];
    })
    .sort((left, right) => left.rank - right.rank || (left.id < right.id ? -1 : 1));
  const started = new Map<string, number>();
  const surplus = new Set<PreviewedFinding>();
  for (const { one, unasked } of candidates) {
    const before = started.get(unasked.rule) ?? 0;
    if (before < unasked.room) started.set(unasked.rule, before + 1);
    else surplus.add(one);
  }
  return surplus;
};

const askedInBatch = (preview: Preview): Preview => ({
  ...preview,
  action: 'approve',
  why: preview.planned?.unasked ? whyAsked(preview.planned.unasked) : preview.why,
});

const whyAsked = ({ rule, resourcesMax, windowMs }: Unasked): string =>
  `backlog guard: at most ${resourcesMax} resources of ${rule} are started unasked in ${durationText(windowMs)}, the rest is asked for as one batch`;

const RANK: Readonly<Record<Severity, number>> = { critical: 0, high: 1, medium: 2, low: 3 };
