/**
 * What people decide, put together without the rest of the engine: their function takes in what Config reports only
 * when somebody applies a plan, and loads that part then.
 */
import { SQSClient } from '@aws-sdk/client-sqs';
import { byPeople } from '../domain/engine/by-people.ts';
import type { ComplianceReported } from '../domain/engine/compliance-reported.ts';
import { engineParts } from '../domain/engine/engine-parts.ts';
import type { DecidingApp } from './compose.ts';
import { clientSettingsOf, composePorts, type Surroundings } from './compose-ports.ts';
import { exemptingOnDemand } from './exempting-on-demand.ts';
import type { Settings } from './settings.ts';
import { queueUrl, SCHEDULED_QUEUE } from './sqs/queues.ts';
import { createScheduledOrders } from './sqs/scheduled-orders.ts';
import { tellsPeople } from './telling.ts';

export const composeDeciding = (settings: Settings, surroundings: Surroundings): DecidingApp => {
  const base = composePorts(settings, {
    exempting: exemptingOnDemand,
    telling: tellsPeople,
    ...surroundings,
  });
  const { policyUpTo, connection } = surroundings;
  const { engine } = engineParts({ ...base, ...(policyUpTo && { policyUpTo }) });
  const sqs = new SQSClient(clientSettingsOf(settings, connection));
  const takeIn: ComplianceReported = async (reports) => {
    const { complianceReported } = await import('../domain/engine/compliance-reported.ts');
    return complianceReported(engine, { globalLaneRegion: settings.region })(reports);
  };
  return {
    ...base,
    selfheal: { ...byPeople(engine), complianceReported: takeIn },
    orders: createScheduledOrders({ sqs, queueUrl: queueUrl(settings, SCHEDULED_QUEUE) }),
  };
};
