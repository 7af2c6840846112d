/**
 * An AWS account on this machine: the services, wired to one world, one clock and one HTTP port. Real SDK
 * clients and the `aws` command talk to it.
 *
 * @example
 * const sandbox = await startSandbox({ clock: { kind: 'real' } });
 * const sqs = new SQSClient({ endpoint: sandbox.url, region: 'us-east-1', credentials: { accessKeyId: '222222222222', secretAccessKey: 'x' } });
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AdminRoute, coreAdminRoutes, createAdmin } from './core/admin-routes.ts';
import { type AdministratorCall, createAdministrator } from './core/administrator.ts';
import { type CallCounter, createCallCounter } from './core/call-counter.ts';
import { type ClockOptions, createClock, type SandboxClock } from './core/clock.ts';
import { createDispatch } from './core/dispatch.ts';
import { eventRoutes } from './core/event-routes.ts';
import { createFaults, type Faults } from './core/faults.ts';
import { createFrontDoor } from './core/front-door.ts';
import { createRandom, randomUuid } from './core/random.ts';
import { createScheduler } from './core/scheduler.ts';
import { openWorld } from './core/world-store.ts';
import { startDynamodb } from './dynamodb/dynamodb.ts';
import { type AccessLog, accessLog } from './iam/access-log.ts';
import { accessRoutes } from './iam/access-routes.ts';
import { type AsyncInvocations, createAsyncInvocations } from './lambda/async-invocations.ts';
import type { AwsService, EmitEvent, World } from './service.ts';
import { createConfigService } from './services/config/config.ts';
import { createEventsService } from './services/events/events.ts';
import { createS3Service } from './services/s3/s3.ts';
import { createSnsService, type SnsService } from './services/sns/sns.ts';
import { snsRoutes } from './services/sns/sns-routes.ts';
import { createSqsService } from './services/sqs/sqs.ts';
import { createSsmService } from './services/ssm/ssm.ts';
import { createStsService } from './services/sts/sts.ts';
import { HUB_ACCOUNT } from './world/roles.ts';

export interface SandboxOptions {
  /** Port on 127.0.0.1. Default: any free one. */
  readonly port?: number;
  /** Where the world and the DynamoDB tables survive a restart. Absent: in memory only. */
  readonly dataDir?: string;
  readonly clock: ClockOptions;
  /** The account of access key ids that name none. Default: the account selfheal lives in. */
  readonly hubAccount?: string;
  /** Of everything random: ids, faults, pauses. Default 1. */
  readonly seed?: number;
  /** Further routes under `/_sandbox/`; made once the world is there. */
  readonly adminRoutes?: (sandbox: SandboxCore) => readonly AdminRoute[];
  /** What else has timers in this world, beside the AWS services. */
  readonly alsoRun?: (world: World) => readonly AwsService[];
}

/** What there is before the port is open. */
export interface SandboxCore {
  readonly clock: SandboxClock;
  readonly world: World;
  readonly faults: Faults;
  readonly calls: CallCounter;
  /** What roles asked for and were told. */
  readonly access: AccessLog;
  /** Puts an event of an AWS service on the default bus of its account and Region. */
  readonly emit: EmitEvent;
  readonly sns: Pick<SnsService, 'messages' | 'publish'>;
  /** Where those who run functions connect. */
  readonly functions: Pick<AsyncInvocations, 'connect'>;
  /** An operation of a service, called from within by an account's administrator. */
  readonly call: AdministratorCall;
  /** DynamoDB without the detour through the front door: faster, but without faults and counting. */
  readonly dynamodbEndpoint: string;
  /** Something else that has timers in this world, from now on, and routes of its own under `/_sandbox/`. */
  attach(service: AwsService, routes?: readonly AdminRoute[]): void;
  /** To be called after the world was changed from outside a service: something may have become due earlier. */
  wake(): void;
  /** Driven clocks: runs everything that is due until then, in the order of time. */
  advanceTo(nowMs: number): void;
  advanceBy(ms: number): void;
}

export interface Sandbox extends SandboxCore {
  /** `http://127.0.0.1:PORT`: every service's endpoint. */
  readonly url: string;
  close(): Promise<void>;
}

export const startSandbox = async (options: SandboxOptions): Promise<Sandbox> => {
  const { hubAccount = HUB_ACCOUNT, seed = 1 } = options;
  const inDataDir = options.dataDir === undefined ? {} : { dataDir: options.dataDir };
  const world = openWorld(inDataDir);
  const clock = createClock(options.clock, world);
  const { nowMs } = clock;
  const faults = createFaults(seed);
  const calls = createCallCounter();
  const random = createIdRandom(world, seed);
  let url = '';

  const sqs = createSqsService({ world, random, baseUrl: () => url, longPolling: clock.kind === 'real' });
  const functions = createAsyncInvocations({ world, random, nowMs, changed: () => scheduler.wake() });
  const events = createEventsService({ world, sqs, functions, faults, random, nowMs });
  const sns = createSnsService({ world, sqs, random, baseUrl: () => url });
  const shared = { world, emit: events.emit, nowMs, faults };
  const services: AwsService[] = [
    createConfigService(shared),
    createSsmService(shared),
    events,
    sns,
    sqs,
    createStsService({ world, random }),
    createS3Service(world),
    functions,
    ...(options.alsoRun?.(world) ?? []),
  ];
  const scheduler = createScheduler(services, clock);
  const routes: AdminRoute[] = [];
  const dynamodb = await startDynamodb({ ...inDataDir, account: hubAccount });
  const core: SandboxCore = {
    clock,
    world,
    faults,
    calls,
    access: accessLog(world),
    emit: (event) => {
      events.emit(event);
      scheduler.wake();
    },
    sns,
    functions,
    call: createAdministrator(services, nowMs),
    dynamodbEndpoint: dynamodb.endpoint,
    attach: (service, further = []) => {
      services.push(service);
      routes.push(...further);
      scheduler.wake();
    },
    wake: scheduler.wake,
    advanceTo: scheduler.advanceTo,
    advanceBy: (ms) => scheduler.advanceTo(nowMs() + ms),
  };

  routes.push(
    ...coreAdminRoutes({ clock, advanceTo: scheduler.advanceTo, faults, calls }),
    ...eventRoutes(events),
    ...snsRoutes(sns),
    ...accessRoutes(core.access),
    ...(options.adminRoutes?.(core) ?? []),
  );
  const admin = createAdmin(routes);
  const dispatch = createDispatch({
    world,
    services: new Map(services.map((service) => [service.name, service])),
    hubAccount,
    faults,
    calls,
    nowMs,
    requestId: () => randomUuid(random),
    changed: scheduler.wake,
  });
  const server = createFrontDoor({
    dispatch,
    admin: (...request) => admin(...request).finally(scheduler.wake),
    proxyDynamodb: dynamodb.proxy,
  });
  url = `http://127.0.0.1:${await listen(server, options.port ?? 0)}`;
  scheduler.wake();

  return {
    ...core,
    url,
    close: async () => {
      scheduler.close();
      await stop(server);
      await dynamodb.close();
      clock.close();
      world.close();
    },
  };
};

/**
 * Ids must differ from those of an earlier start of the same world, yet be the same for the same seed and
 * history: the generator is seeded with the number of the start as well.
 */
const createIdRandom = (world: World, seed: number): (() => number) => {
  const starts = world.table<number>('starts');
  const start = (starts.get('count') ?? 0) + 1;
  starts.put('count', start);
  return createRandom(Math.imul(seed, 0x9e3779b1) + start);
};

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new Error(`Cannot open the sandbox on 127.0.0.1:${port}: ${error.message}. Choose another port.`),
      ),
    );
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

const stop = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
