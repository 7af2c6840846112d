/** Which accounts and Regions there are to look after: those that Config's aggregators gather from. */
import {
  type ConfigServiceClient,
  DescribeConfigurationAggregatorSourcesStatusCommand,
  DescribeConfigurationAggregatorsCommand,
} from '@aws-sdk/client-config-service';
import type { Reading } from '../../domain/doctor/reading.ts';
import { type Lane, laneId } from '../../domain/finding.ts';
import type { Ask } from './ask.ts';
import { everyPage } from './every-page.ts';

export interface Source {
  readonly lane: Lane;
  /** Who gathers from it; absent when no aggregator told of it. */
  readonly aggregator?: string;
  /** Whether what the aggregator has of it is its newest. */
  readonly upToDate?: boolean;
  /** Why the aggregator hears nothing from there, if it does not. */
  readonly failure?: string;
}

export const listSources = async (
  config: ConfigServiceClient,
  ask: Ask,
): Promise<Reading<readonly Source[]>> => {
  const names = await ask('config:DescribeConfigurationAggregators', (signal) =>
    everyPage(async (token) => {
      const page = await config.send(new DescribeConfigurationAggregatorsCommand(token), {
        abortSignal: signal,
      });
      return {
        items: (page.ConfigurationAggregators ?? []).flatMap(
          ({ ConfigurationAggregatorName: name }) => name ?? [],
        ),
        next: page.NextToken,
      };
    }),
  );
  if (!names.ok) return names;
  const sources: Source[] = [];
  for (const name of names.value) {
    const read = await ask('config:DescribeConfigurationAggregatorSourcesStatus', (signal) =>
      everyPage(async (token) => {
        const page = await config.send(
          new DescribeConfigurationAggregatorSourcesStatusCommand({
            ConfigurationAggregatorName: name,
            Limit: PAGE_MAX,
            ...token,
          }),
          { abortSignal: signal },
        );
        return { items: page.AggregatedSourceStatusList ?? [], next: page.NextToken };
      }),
    );
    if (!read.ok) return read;
    for (const source of read.value)
      if (source.SourceType === 'ACCOUNT' && source.SourceId && source.AwsRegion)
        sources.push({
          lane: { account: source.SourceId, region: source.AwsRegion },
          aggregator: name,
          upToDate: source.LastUpdateStatus === 'SUCCEEDED',
          ...(source.LastUpdateStatus === 'FAILED'
            ? { failure: [source.LastErrorCode, source.LastErrorMessage].filter(Boolean).join(': ') }
            : {}),
        });
  }
  return { ok: true, value: [...new Map(sources.map((source) => [laneId(source.lane), source])).values()] };
};

const PAGE_MAX = 100;
