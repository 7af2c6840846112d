/** Config's own exceptions from remediation: somebody told Config, and not us, that nothing is to be done. */
import {
  DescribeRemediationExceptionsCommand,
  type DescribeRemediationExceptionsCommandOutput,
} from '@aws-sdk/client-config-service';
import type { Exempted } from '../../domain/case/observation.ts';
import { CONFIG_EXCEPTION } from '../../domain/case/suppressed.ts';
import type { EvaluationOrigin, Finding } from '../../domain/finding.ts';
import { PortError } from '../../domain/ports.ts';
import { epochMs, type Instant, instant } from '../../domain/time.ts';
import { calling } from '../aws-errors.ts';
import type { MemberClients } from '../sts/member-clients.ts';

/**
 * Asked for some resources there are at most as many answers: no more than fit into one. Config makes an exception by itself, too, when a remediation of its own has failed.
 */
const readExceptions = async (
  clients: Pick<MemberClients, 'config'>,
  { account, region, configRuleName }: Batch,
  keys: readonly ResourceKey[],
): Promise<readonly Exception[]> => {
  const found: Exception[] = [];
  let token: string | undefined;
  do {
    const { RemediationExceptions, NextToken } = await calling('config:DescribeRemediationExceptions', () =>
      clients.config({ account, region }).send(
        new DescribeRemediationExceptionsCommand({
          ConfigRuleName: configRuleName,
          ResourceKeys: keys.map(({ resourceType, resourceId }) => ({
            ResourceType: resourceType,
            ResourceId: resourceId,
          })),
          ...(token ? { NextToken: token } : {}),
        }),
      ),
    );
    if (!Array.isArray(RemediationExceptions)) throw malformed('an answer without a list of exceptions');
    const asked = new Set(keys.map(keyOf));
    if (RemediationExceptions.some((one) => !asked.has(keyOfException(one))))
      throw malformed('exceptions of other resources than those that were asked about');
    found.push(...RemediationExceptions);
    token = NextToken;
  } while (token);
  return found;
};

type ResourceKey = Pick<Finding, 'resourceType' | 'resourceId'>;

/** What is asked of one rule in the same turn of the event loop goes out as one call. */
interface Batch {
  readonly account: string;
  readonly region: string;
  readonly configRuleName: string;
  readonly keys: Map<string, ResourceKey>;
  readonly found: Promise<readonly Exception[]>;
}

export type ReadRemediationException = (
  origin: EvaluationOrigin,
  finding: Finding,
) => Promise<Exempted | undefined>;

export const createRemediationExceptionReader = (
  clients: Pick<MemberClients, 'config'>,
  now: () => Instant,
): ReadRemediationException => {
  const open = new Map<string, Batch>();

  const begin = (name: string, of: Omit<Batch, 'keys' | 'found'>): Batch => {
    const keys = new Map<string, ResourceKey>();
    const batch: Batch = {
      ...of,
      keys,
      found: endOfTurn().then(() => {
        if (open.get(name) === batch) open.delete(name);
        return readExceptions(clients, batch, [...keys.values()]);
      }),
    };
    open.set(name, batch);
    return batch;
  };

  return async ({ region, configRuleName }, finding) => {
    const { account } = finding;
    const name = JSON.stringify([account, region, configRuleName]);
    const current = open.get(name);
    const batch =
      current !== undefined && current.keys.size < KEYS_MAX
        ? current
        : begin(name, { account, region, configRuleName });
    batch.keys.set(keyOf(finding), finding);
    const about = (await batch.found).find((one) => keyOfException(one) === keyOf(finding));
    return about && holding(about, account, now());
  };
};

const keyOf = ({ resourceType, resourceId }: ResourceKey): string =>
  JSON.stringify([resourceType, resourceId]);

const keyOfException = ({ ResourceType, ResourceId }: Exception): string =>
  JSON.stringify([ResourceType, ResourceId]);

const endOfTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** A hundred may be asked for, but an answer holds 25, and AWS says that there are no pages for those who name keys. */
const KEYS_MAX = 25;

type Exception = NonNullable<DescribeRemediationExceptionsCommandOutput['RemediationExceptions']>[number];

/** Config deletes an exception some time after it has run out: until then it is still told. */
const holding = (
  { Message, ExpirationTime }: Exception,
  account: string,
  now: Instant,
): Exempted | undefined => {
  if (ExpirationTime !== undefined && !(ExpirationTime.getTime() > epochMs(now))) {
    if (Number.isNaN(ExpirationTime.getTime())) throw malformed('an exception that ends at no time');
    return undefined;
  }
  return {
    name: CONFIG_EXCEPTION,
    owner: `AWS Config in account ${account}`,
    reason: Message?.trim() || 'Config gives no message',
    ...(ExpirationTime === undefined ? {} : { until: instant(ExpirationTime.getTime()) }),
  };
};

const malformed = (what: string): PortError =>
  new PortError('transient', 'MalformedAnswer', 'config:DescribeRemediationExceptions', what);
