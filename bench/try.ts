import { formatFigures } from './figure.ts';
import { figuresOfIntake, measureIntake } from './intake.ts';

const c = await measureIntake({
  newFindings: 3000,
  duplicates: 10000,
  eventsInAll: Number(process.argv[2] ?? 0),
});
console.log(formatFigures(figuresOfIntake([c])));
process.exit(0);
