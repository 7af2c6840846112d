/** A fresh world: accounts with named resources, and rules that watch them. */
import type { World } from '../service.ts';
import { type Decoration, deployManagedRule, type Lane } from '../services/config/deployed-rules.ts';
import { settle } from '../services/config/evaluate.ts';
import { startRecorder } from '../services/config/recorder.ts';
import { putResource } from './resource.ts';
import { findResourceType, makeResource } from './resource-types/resource-types.ts';
import { MANAGED_RULES } from './rules/managed-rules.ts';
import { changeSettings } from './settings.ts';

export interface Account {
  readonly account: string;
  readonly name: string;
}

export const DEMO_ACCOUNTS: readonly Account[] = [
  { account: '222222222222', name: 'shop-prod' },
  { account: '333333333333', name: 'shop-dev' },
];

export const DEMO_REGIONS: readonly string[] = ['us-east-1', 'eu-west-1'];

export interface SeedOptions {
  readonly accounts?: readonly Account[];
  /** The first one is home: what an account has only once is judged there alone, but for IAM users. */
  readonly regions?: readonly string[];
  /** Every id is derived from it. */
  readonly seed?: string;
  readonly nowMs: number;
}

/** Puts accounts into an empty world, with every resource compliant and every rule evaluated once. */
export const seedWorld = (world: World, options: SeedOptions): void => {
  const { accounts = DEMO_ACCOUNTS, regions = DEMO_REGIONS, seed, nowMs } = options;
  if (seed !== undefined) changeSettings(world, { seed });
  for (const account of accounts) {
    world.table<Account>('accounts').put(account.account, account);
    for (const region of regions) seedLane(world, account, region, region === regions[0], nowMs);
    settle(
      world,
      regions.map((region) => ({ account: account.account, region })),
      nowMs,
    );
  }
  // Last: a world whose seeding was cut short is seeded again, and comes out the same.
  seededTable(world).put(SEEDED, nowMs);
};

const seededTable = (world: World) => world.table<number>('seeded');
const SEEDED = 'at';

/** False for a world in which nothing was ever put, or not all of it: the one to be seeded. */
export const isSeeded = (world: World): boolean => seededTable(world).get(SEEDED) !== undefined;

const seedLane = (
  world: World,
  { account, name }: Account,
  region: string,
  home: boolean,
  nowMs: number,
): void => {
  const lane: Lane = { account, region };
  startRecorder(world, lane, nowMs);
  for (const [type, names] of Object.entries(RESOURCES)) {
    if (findResourceType(type)?.global === true && !home) continue;
    for (const resourceName of names) {
      const full = type === 'AWS::S3::Bucket' ? `${name}-${resourceName}-${region}` : resourceName;
      const tags = {
        environment: name.endsWith('-prod') ? 'production' : 'development',
        team: teamOf(resourceName),
      };
      putResource(world, makeResource(world, { account, region, type, name: full, tags }, nowMs), nowMs);
    }
  }
  for (const rule of MANAGED_RULES) {
    if (rule.resourceType === 'AWS::::Account' && !home && !REGIONAL_ACCOUNT_RULES.has(rule.identifier))
      continue;
    deployManagedRule(world, lane, rule.identifier, DECORATIONS[rule.identifier] ?? 'plain');
  }
};

/** What each account has in each Region. Bucket names get the account's and the Region's around them. */
const RESOURCES: Readonly<Record<string, readonly string[]>> = {
  'AWS::S3::Bucket': ['payroll', 'invoices', 'assets', 'backups', 'exports'],
  'AWS::EC2::SecurityGroup': ['default', 'web', 'bastion'],
  'AWS::EC2::Volume': ['orders-data', 'search-data', 'scratch'],
  'AWS::EC2::Instance': ['web-1', 'batch-1'],
  'AWS::EC2::Subnet': ['private-a', 'private-b'],
  'AWS::ElasticLoadBalancingV2::LoadBalancer': ['storefront'],
  'AWS::RDS::DBInstance': ['orders', 'customers', 'reporting'],
  'AWS::Redshift::Cluster': ['analytics'],
  'AWS::DynamoDB::Table': ['carts', 'sessions', 'inventory'],
  'AWS::Logs::LogGroup': ['/aws/lambda/checkout'],
  'AWS::KMS::Key': ['orders', 'audit'],
  'AWS::CloudTrail::Trail': ['audit-trail'],
  'AWS::SNS::Topic': ['order-events', 'alerts'],
  'AWS::IAM::User': ['deploy-bot', 'alice'],
  'AWS::::Account': ['account'],
};

const teamOf = (resource: string): string => {
  if (/payroll|invoices|customers|analytics|reporting/.test(resource)) return 'finance';
  if (/audit|alice|account|alerts/.test(resource)) return 'platform';
  return 'shop';
};

/** Settings of an account that every Region has for itself. */
const REGIONAL_ACCOUNT_RULES: ReadonlySet<string> = new Set(['EC2_EBS_ENCRYPTION_BY_DEFAULT']);

/** Rules that another service deployed, with the names such rules get. */
const DECORATIONS: Readonly<Record<string, Decoration>> = {
  S3_BUCKET_SSL_REQUESTS_ONLY: 'security-hub',
  S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED: 'conformance-pack',
  RDS_INSTANCE_PUBLIC_ACCESS_CHECK: 'security-hub',
  RDS_AUTOMATIC_MINOR_VERSION_UPGRADE_ENABLED: 'organization',
  DYNAMODB_PITR_ENABLED: 'organization',
  EC2_IMDSV2_CHECK: 'security-hub',
  CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED: 'conformance-pack',
  SUBNET_AUTO_ASSIGN_PUBLIC_IP_DISABLED: 'security-hub',
  CLOUDWATCH_LOG_GROUP_ENCRYPTED: 'conformance-pack',
};
