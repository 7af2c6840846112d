/** Routes under `/_sandbox/` by which a person works on the accounts: list, break, make, have runbooks fail. */
import * as z from 'zod';
import { AdminProblem, type AdminRoute } from './core/admin-routes.ts';
import type { IdentityProvider } from './http-api/identity-provider.ts';
import { changeRecorder, recorderChangeSchema, recorderList } from './recorder-routes.ts';
import { changeRule, ruleChangeSchema } from './rule-routes.ts';
import type { SandboxCore } from './sandbox.ts';
import type { World } from './service.ts';
import { recorders } from './services/config/recorder.ts';
import { executions } from './services/ssm/execution.ts';
import {
  breakResource,
  createBrokenResource,
  listResources,
  makeRunbookFail,
  runbookFaults,
  withdrawRunbookFault,
} from './world/admin.ts';
import type { Resource } from './world/resource.ts';
import { scenarioProgress, startScenario } from './world/scenarios/scenario.ts';
import { changeSettings, worldSettings } from './world/settings.ts';

export interface AccountRoutesOptions {
  /** A lane that may not have been there before: selfheal must hear of its events too. */
  readonly onNewLane: (lane: { readonly account: string; readonly region: string }) => Promise<void>;
  readonly identity: IdentityProvider;
}

const where = { account: z.string().optional(), region: z.string().optional() };
const breakSchema = z.strictObject({ what: z.string().min(1), rule: z.string().optional(), ...where });
const capturedSchema = z.strictObject({
  account: z.string().regex(/^[0-9]{12}$/),
  region: z.string().min(1),
  resourceType: z.string().min(1),
  resourceId: z.string().min(1),
  configRuleName: z.string().min(1),
});
const laneSchema = z.strictObject({ account: z.string().regex(/^[0-9]{12}$/), region: z.string().min(1) });
/** Whatever else is said of them goes into the token as a claim. */
const tokenSchema = z.looseObject({
  sub: z.string().min(1).max(200),
  lifetimeSeconds: z.number().positive().optional(),
});
const runbookFaultSchema = z.strictObject({
  document: z.string().optional(),
  resourceId: z.string().optional(),
  times: z.int().min(1).default(1),
  fault: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('step-fails'), message: z.string().optional() }),
    z.strictObject({ kind: z.literal('access-denied') }),
    z.strictObject({ kind: z.literal('changes-nothing') }),
    z.strictObject({ kind: z.literal('hangs') }),
    z.strictObject({
      kind: z.literal('status'),
      status: z.string().min(1),
      changesResource: z.boolean().optional(),
    }),
  ]),
  ...where,
});

export const accountRoutes = (core: SandboxCore, options: AccountRoutesOptions): readonly AdminRoute[] => {
  const { world, clock } = core;
  return [
    {
      method: 'GET',
      path: 'info',
      answer: () => ({
        dynamodbEndpoint: core.dynamodbEndpoint,
        clock: { kind: clock.kind, speed: clock.speed, nowMs: clock.nowMs() },
        lanes: lanesOf(core),
        issuer: options.identity.url,
        scenario: scenarioProgress(world) ?? null,
      }),
    },
    {
      method: 'GET',
      path: 'resources',
      answer: ({ query }) =>
        listResources(world, {
          account: query.get('account') ?? undefined,
          region: query.get('region') ?? undefined,
          type: query.get('type') ?? undefined,
        }),
    },
    {
      method: 'POST',
      path: 'resources/break',
      answer: ({ body }) => {
        const { what, ...rest } = read(breakSchema, body);
        try {
          const { resource, rule } = breakResource(world, what, { ...rest, nowMs: clock.nowMs() });
          const { account, region, type, id, name } = resource;
          return { account, region, type, id, name, rule };
        } catch (error) {
          throw new AdminProblem((error as Error).message, 404);
        }
      },
    },
    {
      method: 'POST',
      path: 'lanes',
      answer: async ({ body }) => {
        const lane = read(laneSchema, body);
        await options.onNewLane(lane);
        return lane;
      },
    },
    {
      method: 'POST',
      path: 'resources/from-event',
      answer: async ({ body }) => {
        const captured = read(capturedSchema, body);
        await options.onNewLane({ account: captured.account, region: captured.region });
        try {
          const { account, region, type, id, name } = brokenAsCaptured(world, captured, clock.nowMs());
          return { account, region, type, id, name };
        } catch (error) {
          throw new AdminProblem((error as Error).message);
        }
      },
    },
    { method: 'GET', path: 'runbook-faults', answer: () => runbookFaults(world) },
    {
      method: 'POST',
      path: 'runbook-faults',
      answer: ({ body }) => ({
        id: makeRunbookFail(world, withoutUndefined(read(runbookFaultSchema, body))),
      }),
    },
    {
      method: 'DELETE',
      path: 'runbook-faults/*',
      answer: ({ rest }) => ({ withdrawn: withdrawRunbookFault(world, rest) }),
    },
    { method: 'GET', path: 'recorders', answer: () => recorderList(world) },
    {
      method: 'POST',
      path: 'recorders',
      answer: ({ body }) => changeRecorder(world, read(recorderChangeSchema, body), clock.nowMs()),
    },
    {
      method: 'POST',
      path: 'rules',
      answer: ({ body }) => changeRule(world, read(ruleChangeSchema, body), clock.nowMs()),
    },
    { method: 'GET', path: 'settings', answer: () => worldSettings(world) },
    {
      method: 'POST',
      path: 'settings',
      answer: ({ body }) =>
        changeSettings(
          world,
          read(z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])), body),
        ),
    },
    {
      method: 'POST',
      path: 'scenario',
      answer: ({ body }) => {
        const { name } = read(z.strictObject({ name: z.string() }), body);
        try {
          startScenario(world, name, clock.nowMs());
        } catch (error) {
          throw new AdminProblem((error as Error).message, 404);
        }
        return scenarioProgress(world);
      },
    },
    {
      method: 'POST',
      path: 'identity/tokens',
      answer: ({ body }) => ({
        token: options.identity.issuer.issue(withoutUndefined(read(tokenSchema, body)), clock.nowMs()),
      }),
    },
    { method: 'GET', path: 'executions', answer: () => [...executions(world).values()] },
  ];
};

/**
 * A resource that is there already, healed perhaps, is broken anew, and Config tells of it itself: the event
 * that somebody sends a second time is older than what Config has said since.
 */
const brokenAsCaptured = (
  world: World,
  captured: z.infer<typeof capturedSchema>,
  nowMs: number,
): Resource => {
  const { account, region, resourceId, configRuleName: rule } = captured;
  const known = listResources(world, { account, region }).some(
    ({ id, compliance }) => id === resourceId && compliance[rule] === 'COMPLIANT',
  );
  return known
    ? breakResource(world, resourceId, { account, region, rule, nowMs }).resource
    : createBrokenResource(world, { ...captured, nowMs });
};

export const lanesOf = ({
  world,
}: Pick<SandboxCore, 'world'>): readonly { account: string; region: string }[] =>
  [...recorders(world).values()].map(({ account, region }) => ({ account, region }));

const read = <T>(schema: z.ZodType<T>, body: unknown): T => {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  throw new AdminProblem(
    parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; '),
  );
};

/** `exactOptionalPropertyTypes` tells "absent" and "undefined" apart; JSON does not. */
const withoutUndefined = <T extends object>(value: T) => JSON.parse(JSON.stringify(value));
