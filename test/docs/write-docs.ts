/** Writes the pages and parts of pages that come from the program: npx tsx test/docs/write-docs.ts */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { caseMachineDoc } from './case-machine-doc.ts';
import { deployParts } from './deploy-doc.ts';
import { iamParts } from './iam-doc.ts';
import { readDoc, root, withGeneratedPart } from './markdown.ts';
import { metricsParts } from './metrics-doc.ts';
import { packParts } from './packs-doc.ts';
import { reportParts } from './reports-doc.ts';
import { changesTable, runbooksTable } from './runbooks-table.ts';

writeFileSync(join(root, 'docs/case-machine.md'), caseMachineDoc());
const writeParts = (file: string, parts: Readonly<Record<string, string>>): void =>
  writeFileSync(
    join(root, file),
    Object.entries(parts).reduce((page, [name, part]) => withGeneratedPart(page, name, part), readDoc(file)),
  );

writeParts('docs/runbooks.md', { rules: runbooksTable(), changes: changesTable() });
writeParts('docs/iam.md', await iamParts());
writeParts('docs/deploy.md', await deployParts());
writeParts('docs/packs.md', packParts());
writeParts('docs/metrics.md', metricsParts());
writeParts('docs/reports.md', reportParts());
