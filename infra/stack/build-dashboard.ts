/**
 * Writes the fragment of the hub's stack that has the dashboard, infra/stack/hub/dashboard.yml, from the metrics and
 * the alarms there are. Again with:  npx tsx infra/stack/build-dashboard.ts
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DashboardBody, dashboardBody } from './dashboard-body.ts';
import { readFragment, type TemplateResource } from './template.ts';

const HUB_DIR = fileURLToPath(new URL('hub/', import.meta.url));
export const DASHBOARD_FILE = join(HUB_DIR, 'dashboard.yml');

/** The dashboard of the alarms that the hub's fragments have. */
export const dashboardOfHub = (): DashboardBody => {
  const alarms = alarmsOfHub();
  const functionNames = alarms
    .filter(({ MetricName }) => MetricName === 'Errors')
    .flatMap(({ Dimensions }) =>
      (Dimensions as readonly { readonly Value: string }[]).map(({ Value }) => Value),
    );
  return dashboardBody({ alarmNames: alarms.map(({ AlarmName }) => String(AlarmName)), functionNames });
};

/** The file as it is committed. A line for each widget's parts, so that a change of one is seen as such. */
export const dashboardText = (body: DashboardBody): string =>
  `${HEADER}${JSON.stringify(body, undefined, 2)
    .replaceAll(/\[\n\s+"(?:Selfheal|AWS\/)[^\]]*\]/g, (metric) => metric.replaceAll(/\s*\n\s*/g, ' '))
    .replaceAll(/^/gm, '          ')}\n`;

const alarmsOfHub = (): readonly TemplateResource['Properties'][] =>
  readdirSync(HUB_DIR)
    .filter((file) => file.startsWith('alarms-'))
    .sort()
    .flatMap((file) => Object.values(readFragment(readFileSync(join(HUB_DIR, file), 'utf8')).Resources ?? {}))
    .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
    .map(({ Properties }) => Properties);

const HEADER = `# The dashboard, from domain/metrics.ts, the alarms of this folder and infra/stack/dashboard-body.ts; change those, then
# write it again with:  npx tsx infra/stack/build-dashboard.ts
Resources:
  Dashboard:
    Type: AWS::CloudWatch::Dashboard
    Properties:
      DashboardName: selfheal
      DashboardBody:
        Fn::Sub: |
`;

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(DASHBOARD_FILE, dashboardText(dashboardOfHub()));
