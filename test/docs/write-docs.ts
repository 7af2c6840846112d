/** Writes the pages and parts of pages that come from the program: npx tsx test/docs/write-docs.ts */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { caseMachineDoc } from './case-machine-doc.ts';
import { iamParts } from './iam-doc.ts';
import { readDoc, root, withGeneratedPart } from './markdown.ts';
import { runbooksTable } from './runbooks-table.ts';

writeFileSync(join(root, 'docs/case-machine.md'), caseMachineDoc());
writeFileSync(
  join(root, 'docs/runbooks.md'),
  withGeneratedPart(readDoc('docs/runbooks.md'), 'rules', runbooksTable()),
);
writeFileSync(
  join(root, 'docs/iam.md'),
  Object.entries(await iamParts()).reduce(
    (page, [name, part]) => withGeneratedPart(page, name, part),
    readDoc('docs/iam.md'),
  ),
);
