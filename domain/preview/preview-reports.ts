/** What would happen now to many findings: those that Config has just reported as NON_COMPLIANT. */
import type { Case } from '../case/case.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { type ComplianceReport, findingOf } from '../engine/intake.ts';
import type { PolicyBook } from '../engine/policy-book.ts';
import type { Exemptions } from '../exemption/exemptions.ts';
import { findingId, type Lane } from '../finding.ts';
import { inParallel } from '../in-parallel.ts';
import type { Ports } from '../ports.ts';
import { type BacklogRoom, createBacklogRoom } from './backlog-room.ts';
import { aboutOne } from './looking-only.ts';
import { previewFinding } from './preview-finding.ts';
import type { PreviewedFinding } from './previewed.ts';

export interface Previewing {
  /** See `lookingOnly`. */
  readonly ports: Ports;
  readonly catalog: Catalog;
  readonly exemptions: Exemptions;
  /** The policy in force. */
  readonly book: PolicyBook;
  /** One that it is compared with. */
  readonly draft?: PolicyBook;
  /** Region of the lane in which runbooks for global resources run. */
  readonly globalLaneRegion: string;
}

/** In the order in which they were reported. */
export const previewReports = async (
  previewing: Previewing,
  reports: readonly ComplianceReport[],
): Promise<readonly PreviewedFinding[]> => {
  const newest = await previewing.ports.cases.newestOfMany(
    reports.map((report) => findingId(findingOf(report))),
  );
  const deps = { ...previewing, newest, backlogRoom: createBacklogRoom(previewing.ports) };
  return inParallel(reports, AT_ONCE_MAX, (report) => previewReport(deps, report));
};

interface Deps extends Previewing {
  readonly newest: ReadonlyMap<string, Case>;
  readonly backlogRoom: BacklogRoom;
}

const previewReport = async (
  { ports, catalog, exemptions, newest: known, backlogRoom, book, draft, globalLaneRegion }: Deps,
  report: ComplianceReport,
): Promise<PreviewedFinding> => {
  const reported = findingOf(report);
  const lane: Lane = {
    account: report.account,
    region: reported.region === 'global' ? globalLaneRegion : report.origin.region,
  };
  const newest = known.get(findingId(reported));
  const about = aboutOne(ports, report);
  const by = (asked: PolicyBook) =>
    previewFinding(
      { ports: about, catalog, exemptions, backlogRoom, book: asked, isDraft: asked === draft },
      { finding: reported, lane, report, newest },
    );
  const { finding, preview } = await by(book);
  return {
    finding,
    origin: report.origin,
    lane,
    evaluatedAt: report.evaluation.recordedAt,
    ...(newest && { caseId: newest.id }),
    now: preview,
    ...(draft && { draft: (await by(draft)).preview }),
  };
};

/** As many as one query for tags can name. */
const AT_ONCE_MAX = 200;
