/** What Lambda, API Gateway and CloudWatch know of a deployment: written by whoever deploys, read by what runs it. */
import type { Dashboard } from '../cloudwatch/dashboard-body.ts';
import type { Table, World } from '../service.ts';

export interface FunctionRecord {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly roleArn: string;
  /** `index.handler`: the module's file without its ending, and what it exports. */
  readonly handler: string;
  readonly runtime: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  /** The zip that was packaged, or its unpacked folder: absolute. */
  readonly codePath: string;
  /** ReservedConcurrentExecutions; absent: as many at once as the account has. */
  readonly concurrencyMax?: number;
  /** How often an event that somebody left for it is tried again after it failed. Default 2. */
  readonly asyncRetriesMax?: number;
  /** How old such an event may grow. Default six hours. */
  readonly asyncAgeSecondsMax?: number;
}

/** One statement of a function's resource policy (AWS::Lambda::Permission): which service may invoke it, for what. */
export interface FunctionPermissionRecord {
  readonly account: string;
  readonly region: string;
  readonly functionName: string;
  readonly id: string;
  /** `events.amazonaws.com`, `apigateway.amazonaws.com`. */
  readonly principal: string;
  /** `lambda:InvokeFunction` */
  readonly action: string;
  /** With `*` and `?`; absent: any source. */
  readonly sourceArn?: string;
  readonly sourceAccount?: string;
}

export interface EventSourceMappingRecord {
  readonly account: string;
  readonly region: string;
  readonly functionName: string;
  readonly queueArn: string;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  /** Invocations at once. */
  readonly concurrencyMax?: number;
  /** False: a batch in which one message fails fails as a whole. */
  readonly reportsItemFailures: boolean;
}

export interface HttpRouteRecord {
  readonly account: string;
  readonly region: string;
  readonly method: string;
  /** As API Gateway writes it: `/api/cases/{id}`, `/{proxy+}`. */
  readonly path: string;
  readonly functionName: string;
  /** Of the API, in the ARNs of its routes. */
  readonly apiId: string;
  readonly authorization: 'NONE' | 'AWS_IAM' | 'JWT';
  /** Of a JWT authorizer. */
  readonly jwt?: { readonly issuer: string; readonly audience: readonly string[] };
}

export interface AlarmRecord {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly description: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: string;
  /** Data in other units are none of its metric's. */
  readonly unit?: string;
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly threshold: number;
  readonly comparison: string;
  readonly treatMissingData: string;
  /** Topics that hear when it goes off. */
  readonly actions: readonly string[];
  /** Topics that hear when it is over. */
  readonly okActions?: readonly string[];
}

export const functionKey = (account: string, region: string, name: string): string =>
  `${account}/${region}/${name}`;

/** Keyed by `functionKey`. */
export const functionTable = (world: World): Table<FunctionRecord> => world.table('lambda-functions');
/** Keyed by `functionKey` and, behind a slash, its id. */
export const permissionTable = (world: World): Table<FunctionPermissionRecord> =>
  world.table('lambda-permissions');
export const mappingTable = (world: World): Table<EventSourceMappingRecord> =>
  world.table('lambda-event-source-mappings');
export const httpRouteTable = (world: World): Table<HttpRouteRecord> => world.table('http-routes');
export const alarmTable = (world: World): Table<AlarmRecord> => world.table('cloudwatch-alarms');
/** Keyed by account and name. */
export const dashboardTable = (world: World): Table<Dashboard> => world.table('cloudwatch-dashboards');
