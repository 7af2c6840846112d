/** Previews for tests: what would happen to one bucket, but for what a test says otherwise. */

import type { Preview, PreviewedFinding, PreviewedPlan } from '../../../domain/preview/previewed.ts';
import { finding, hash, NOW } from '../../support/cases.ts';

export const LANE_SCOPE = { id: 'lane#222222222222/us-east-1', concurrencyMax: 80, startIntervalMs: 1_000 };

export const aPlan = (given: Partial<PreviewedPlan> = {}): PreviewedPlan => ({
  document: 'AWS-ConfigureS3BucketVersioning',
  documentVersion: '1',
  planHash: hash,
  disruption: 'none',
  runMsMax: 900_000,
  scopes: [LANE_SCOPE],
  ...given,
});

export const aPreview = (given: Partial<Preview> = {}): Preview => ({
  action: 'run',
  why: 'policy entry "versioning" says auto',
  entry: 'versioning',
  severity: 'low',
  mode: 'auto',
  planned: aPlan(),
  objections: [],
  ...given,
});

export const previewed = (
  resourceId: string,
  now: Preview = aPreview(),
  given: Partial<PreviewedFinding> = {},
): PreviewedFinding => ({
  finding: { ...finding, resourceId },
  origin: { region: finding.region, configRuleName: finding.rule },
  lane: { account: finding.account, region: finding.region },
  evaluatedAt: NOW,
  now,
  ...given,
});
