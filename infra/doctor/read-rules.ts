/** Which rules Config evaluates in a lane: what can be reported from there. */
import { type ConfigServiceClient, DescribeConfigRulesCommand } from '@aws-sdk/client-config-service';
import type { Reading } from '../../domain/doctor/reading.ts';
import type { Ask } from './ask.ts';
import { everyPage } from './every-page.ts';

/** The source identifiers of AWS's own rules there. */
export const readRules = (config: ConfigServiceClient, ask: Ask): Promise<Reading<readonly string[]>> =>
  ask('config:DescribeConfigRules', (abortSignal) =>
    everyPage(async (token) => {
      const { ConfigRules = [], NextToken } = await config.send(new DescribeConfigRulesCommand(token), {
        abortSignal,
      });
      const items = ConfigRules.flatMap(({ Source }) =>
        Source?.Owner === 'AWS' ? (Source.SourceIdentifier ?? []) : [],
      );
      return { items, next: NextToken };
    }),
  );
