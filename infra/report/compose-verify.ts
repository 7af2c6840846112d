/** What verifies a report, put together: it reads whole cases, not their rows alone, and judges each of their steps. */
import { createCaseRecords } from '../dynamodb/case-records.ts';
import { type ReportingParts, reportingDeps } from './compose-reporting.ts';
import { createVerify } from './create-verify.ts';
import type { Reporting } from './reporting.ts';

export const composeVerify = (parts: ReportingParts): Reporting['verify'] => {
  const {
    settings: { tableName },
    client,
    app: { ports },
  } = parts;
  const records = createCaseRecords({ client, tableName, now: ports.clock.now });
  return createVerify({ ...reportingDeps(parts), records });
};
