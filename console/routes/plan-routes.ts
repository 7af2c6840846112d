/**
 * What would happen now, over HTTP, in parts that a function can answer in time: which lanes there are, what Config
 * reports in one of them, and what would be done about some of that. All of it looks and changes nothing; what is
 * asked with a body is asked by POST.
 */
import { Hono } from 'hono/tiny';
import { createExemptions } from '../../domain/exemption/exemptions.ts';
import type { Lane } from '../../domain/finding.ts';
import { listFindings } from '../../domain/preview/list-findings.ts';
import { lookingOnly } from '../../domain/preview/looking-only.ts';
import { previewReports } from '../../domain/preview/preview-reports.ts';
import { lanesToSweep } from '../../domain/sweep/lanes-to-sweep.ts';
import { ruleFilter } from '../../domain/sweep/sweep.ts';
import * as z from '../../domain/zod.ts';
import type { OperatingDeps } from '../http-deps.ts';
import { checked } from '../http-error.ts';
import { jsonBody } from '../json-body.ts';
import { planBasis } from '../plan-basis.ts';
import { sealedBook } from '../sealed-book.ts';

const text = (charsMax: number) => z.string().check(z.minLength(1), z.maxLength(charsMax));
const account = z.string().check(z.regex(/^[0-9]{12}$/, 'expected a 12-digit account id'));
const region = z.string().check(z.regex(/^[a-z]{2,3}(-[a-z]{2,12}){1,3}-[0-9]{1,2}$/, 'expected a Region'));
const lane = z.strictObject({ account, region });
const names = z.array(text(256)).check(z.maxLength(1_000));

const listSchema = z.strictObject({
  lane,
  /** Those that the answer before this one did not reach. */
  rules: z.optional(names),
  /** Only these, by identifier or by name. */
  only: z.optional(names),
});

const FINDINGS_MAX = 500;
const planSchema = z.strictObject({
  lane,
  findings: z
    .array(
      z.strictObject({
        configRuleName: text(256),
        resourceType: text(256),
        resourceId: text(1_024),
        evaluatedAt: z
          .string()
          .check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'expected a time in UTC')),
      }),
    )
    .check(z.maxLength(FINDINGS_MAX, `expected ${FINDINGS_MAX} findings at most`)),
  /** Another policy to compare with, sealed by whoever can read YAML. */
  policy: z.optional(z.string('expected a sealed policy')),
});

export const planRoutes = (deps: OperatingDeps): Hono => {
  const { app, globalLaneRegion } = deps;
  return new Hono()
    .get('/lanes', async (context) => {
      const { source, lanes: otherLanes } = app.operations.planning;
      const [gathered, memory, controls] = await Promise.all([
        source.gathered(),
        app.sweeps.read('everything'),
        app.ports.controls.read(),
      ]);
      const seen = Object.keys(memory?.laneSeenAt ?? {}).map(laneOf);
      const book = app.policy();
      return context.json({
        lanes: lanesToSweep({ gathered: gathered.lanes, others: [...otherLanes, ...seen] }).map(
          (each) => each.lane,
        ),
        troubles: gathered.troubles.map(
          ({ operation, code, message }) => `${operation} failed with ${code}: ${message}`,
        ),
        at: app.ports.clock.now(),
        policySequence: book.sequence,
        doubt: book.doubt ?? null,
        ...planBasis(book, app.catalog, controls),
      });
    })
    .post('/findings', async (context) => {
      const { lane: asked, rules, only } = checked(listSchema, await jsonBody(context));
      // By the machine's time: the clock of the cases may run faster.
      const until = performance.now() + LISTING_MS_MAX;
      return context.json(
        await listFindings({
          source: app.operations.planning.source,
          lane: asked,
          ...(rules && { rules }),
          isWanted: ruleFilter(app.catalog, only && { rules: only }),
          isTimeUp: () => performance.now() >= until,
        }),
      );
    })
    .post('/', async (context) => {
      const { lane: asked, findings, policy } = checked(planSchema, await jsonBody(context));
      const ports = lookingOnly(app.ports);
      const book = app.policy();
      const draft = policy === undefined ? undefined : sealedBook(policy);
      const previewed = await previewReports(
        {
          ports,
          catalog: app.catalog,
          exemptions: createExemptions(ports.exemptions),
          book,
          ...(draft && { draft }),
          globalLaneRegion,
        },
        findings.map(({ configRuleName, resourceType, resourceId, evaluatedAt }) => ({
          account: asked.account,
          origin: { region: asked.region, configRuleName },
          resourceType,
          resourceId,
          evaluation: { compliance: 'NON_COMPLIANT', recordedAt: evaluatedAt },
          redelivered: false,
        })),
      );
      const basis = planBasis(book, app.catalog, await ports.controls.read());
      return context.json({ ...basis, findings: previewed });
    });
};

const laneOf = (id: string): Lane => {
  const [laneAccount = '', laneRegion = ''] = id.split('/');
  return { account: laneAccount, region: laneRegion };
};

/** API Gateway waits for 30 s. */
const LISTING_MS_MAX = 15_000;
