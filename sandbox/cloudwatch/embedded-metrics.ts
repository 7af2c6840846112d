/** CloudWatch's embedded metric format: log lines that say of themselves which of their fields are metrics. */
import * as z from 'zod';

export interface EmbeddedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly unit: string;
  readonly values: readonly number[];
  readonly atMs: number;
}

/** CloudWatch drops a line with more metrics, or more values of one. */
const METRICS_MAX = 100;
const VALUES_MAX = 100;

const directive = z.object({
  Namespace: z.string().min(1),
  Dimensions: z.array(z.array(z.string())),
  Metrics: z.array(z.object({ Name: z.string().min(1), Unit: z.string().default('None') })).max(METRICS_MAX),
});
const lineSchema = z
  .object({ _aws: z.object({ Timestamp: z.number(), CloudWatchMetrics: z.array(directive) }) })
  .loose();

/** Every metric of a line, once for each of its sets of dimensions; none when the line is an ordinary one. */
export const embeddedMetrics = (fields: unknown): readonly EmbeddedMetric[] => {
  const parsed = lineSchema.safeParse(fields);
  if (!parsed.success) return [];
  const { _aws, ...line } = parsed.data;
  if (Object.values(line).some((value) => Array.isArray(value) && value.length > VALUES_MAX)) return [];
  return _aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) =>
      Metrics.map(({ Name, Unit }) => ({
        namespace: Namespace,
        name: Name,
        unit: Unit,
        dimensions: Object.fromEntries(names.map((name) => [name, String(line[name])])),
        values: [line[Name]].flat().filter((value) => typeof value === 'number'),
        atMs: _aws.Timestamp,
      })),
    ),
  );
};
