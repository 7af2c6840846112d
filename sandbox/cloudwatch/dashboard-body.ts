/**
 * The body of a CloudWatch dashboard, as PutDashboard takes it: JSON in a text, with widgets in a grid of 24 columns.
 * Only what selfheal's dashboard has is known here; anything else is an error, because it could not be looked at.
 */
import * as z from 'zod';

const GRID_COLUMNS = 24;

/** `p50`, `p99.9`: percentiles need the values themselves, which CloudWatch has. */
const statistic = z.union([
  z.enum(['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum']),
  z.string().regex(/^p(?:\d{1,2}(?:\.\d{1,10})?|100)$/, 'no statistic and no percentile such as p90'),
]);

const metricOptions = z.strictObject({
  label: z.string().min(1).optional(),
  stat: statistic,
  yAxis: z.enum(['left', 'right']).optional(),
});

/** Namespace, name, then names and values of dimensions in turn, and how it is drawn. */
const metric = z
  .tuple([z.string().min(1), z.string().min(1)], z.union([z.string().min(1), metricOptions]))
  .refine((parts) => typeof parts.at(-1) === 'object', 'the last part must say the statistic')
  .refine(
    (parts) => parts.slice(0, -1).every((part) => typeof part === 'string') && parts.length % 2 === 1,
    'after namespace and name come pairs of a dimension and its value',
  )
  .refine((parts) => !parts.some((part) => part === '.' || part === '...'), 'write each metric out');

const axis = z.strictObject({ min: z.number().optional(), max: z.number().optional() });

const metricProperties = z.strictObject({
  title: z.string().optional(),
  region: z.string().min(1),
  view: z.enum(['timeSeries', 'singleValue', 'bar', 'pie', 'table']),
  stacked: z.boolean(),
  period: z.number().int().multipleOf(60).positive(),
  metrics: z.array(metric).min(1).max(500),
  annotations: z
    .strictObject({ horizontal: z.array(z.strictObject({ label: z.string(), value: z.number() })) })
    .optional(),
  yAxis: z.strictObject({ left: axis.optional(), right: axis.optional() }).optional(),
});

const place = {
  x: z
    .number()
    .int()
    .min(0)
    .max(GRID_COLUMNS - 1),
  y: z.number().int().min(0),
  width: z.number().int().min(1).max(GRID_COLUMNS),
  height: z.number().int().min(1).max(1_000),
};

const widget = z.discriminatedUnion('type', [
  z.strictObject({ ...place, type: z.literal('metric'), properties: metricProperties }),
  z.strictObject({
    ...place,
    type: z.literal('text'),
    properties: z.strictObject({ markdown: z.string().min(1) }),
  }),
  z.strictObject({
    ...place,
    type: z.literal('alarm'),
    properties: z.strictObject({
      title: z.string().optional(),
      alarms: z
        .array(z.string().regex(/^arn:[\w-]+:cloudwatch:[a-z0-9-]+:\d{12}:alarm:.+$/, 'no ARN of an alarm'))
        .min(1)
        .max(100),
    }),
  }),
]);

const body = z.strictObject({
  start: z
    .string()
    .regex(/^-P\w+$/)
    .optional(),
  periodOverride: z.enum(['auto', 'inherit']).optional(),
  widgets: z
    .array(widget.refine(({ x, width }) => x + width <= GRID_COLUMNS, `there are ${GRID_COLUMNS} columns`))
    .max(500),
});

export type Dashboard = z.infer<typeof body>;

/** @throws Error that says where it is no dashboard */
export const readDashboard = (text: string): Dashboard => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`the body of the dashboard is no JSON: ${String(error)}`);
  }
  const parsed = body.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new Error(
    parsed.error.issues.map(({ path, message }) => `DashboardBody ${path.join('.')}: ${message}`).join('; '),
  );
};
