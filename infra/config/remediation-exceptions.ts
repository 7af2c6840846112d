/** Config's own exceptions from remediation: somebody told Config, and not us, that nothing is to be done. */
import {
  DescribeRemediationExceptionsCommand,
  type DescribeRemediationExceptionsCommandOutput,
} from '@aws-sdk/client-config-service';
import type { Exempted } from '../../domain/case/observation.ts';
import { CONFIG_EXCEPTION } from '../../domain/case/route.ts';
import type { EvaluationOrigin, Finding } from '../../domain/finding.ts';
import { PortError } from '../../domain/ports.ts';
import { epochMs, type Instant, instant } from '../../domain/time.ts';
import { calling } from '../aws-errors.ts';
import type { MemberClients } from '../sts/member-clients.ts';

/**
 * Asked for one resource there is one answer: Config's limit and paging are for those who ask for all. Config makes
 * an exception by itself, too, when a remediation of its own has failed.
 */
export const readRemediationException = async (
  clients: Pick<MemberClients, 'config'>,
  { region, configRuleName }: EvaluationOrigin,
  { account, resourceType, resourceId }: Finding,
  now: Instant,
): Promise<Exempted | undefined> => {
  const { RemediationExceptions } = await calling('config:DescribeRemediationExceptions', () =>
    clients.config({ account, region }).send(
      new DescribeRemediationExceptionsCommand({
        ConfigRuleName: configRuleName,
        ResourceKeys: [{ ResourceType: resourceType, ResourceId: resourceId }],
      }),
    ),
  );
  if (!Array.isArray(RemediationExceptions)) throw malformed('an answer without a list of exceptions');
  const about = RemediationExceptions.find(
    (one) => one.ResourceType === resourceType && one.ResourceId === resourceId,
  );
  if (about === undefined && RemediationExceptions.length > 0)
    throw malformed('exceptions of other resources than the one that was asked about');
  return about && holding(about, account, now);
};

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
