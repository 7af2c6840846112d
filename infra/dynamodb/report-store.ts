/**
 * Weekly reports in DynamoDB. A report and the digests of its cases may be larger than an item, so they lie in parts,
 * which are written first and named after what is in them; the head, written last and once, names its own:
 *
 *   pk                                    sk        what
 *   report                                2026-W47  the head: when it was made, which parts it has, and how many
 *   report-part#2026-W47#report#<digest>  0001      JSON of the report
 *   report-part#2026-W47#cases#<digest>   0001      a case in a line: its id, a space, its digest
 *
 * Of two who make a report of the same week at once the first one's stays; the parts of the other belong to nobody.
 */
import { createHash } from 'node:crypto';
import { PortError } from '../../domain/ports.ts';
import type { ReportStore } from '../../domain/report/report-ports.ts';
import type { WeeklyReport } from '../../domain/report/weekly-report.ts';
import { calling, hasCode } from '../aws-errors.ts';
import type { Documents, Values } from './documents.ts';

export interface ReportStoreOptions {
  readonly client: Documents;
  readonly tableName: string;
}

export const createReportStore = ({ client, tableName }: ReportStoreOptions): ReportStore => {
  const put = (item: Values, condition?: string): Promise<void> =>
    calling('dynamodb:PutItem', () =>
      client.put({
        TableName: tableName,
        Item: item,
        ...(condition !== undefined && { ConditionExpression: condition }),
      }),
    );

  const read = async (partition: string): Promise<readonly string[]> => {
    const found: string[] = [];
    let start: Values | undefined;
    do {
      const page = await calling('dynamodb:Query', () =>
        client.query({
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': partition },
          ConsistentRead: true,
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      for (const { text } of page.Items) found.push(String(text));
      start = page.LastEvaluatedKey;
    } while (start);
    return found;
  };

  /** Answers what the head is to say of them. */
  const write = async (week: string, kind: PartKind, texts: readonly string[]) => {
    const digest = digestOfTexts(texts);
    for (const [n, text] of texts.entries())
      await put({
        pk: partitionOf(week, kind, digest),
        sk: String(n + 1).padStart(4, '0'),
        text,
      });
    return { digest, parts: texts.length };
  };

  return {
    get: async (week) => {
      const { Item: head } = await calling('dynamodb:GetItem', () =>
        client.get({ TableName: tableName, Key: { pk: REPORT_PARTITION, sk: week }, ConsistentRead: true }),
      );
      if (head === undefined) return undefined;
      const named = { report: namedIn(head.report), cases: namedIn(head.cases) };
      const [report, cases] = await Promise.all([
        read(partitionOf(week, 'report', named.report.digest)),
        read(partitionOf(week, 'cases', named.cases.digest)),
      ]);
      const madeAt = String(head.madeAt);
      const found = parsedReport(week, report.join(''));
      const doubts = [
        ...doubtAbout('its text', named.report, report),
        ...doubtAbout('the list of its cases', named.cases, cases),
        ...(found.madeAt === madeAt ? [] : [`it was made at ${found.madeAt}, and stored as of ${madeAt}`]),
      ];
      return {
        report: found,
        digests: digestsIn(cases),
        madeAt,
        ...(doubts.length > 0 && { doubt: doubts.join('; ') }),
      };
    },

    put: async ({ report, digests, madeAt }) => {
      const week = report.week.id;
      const lines = [...digests].map(([id, digest]) => `${id} ${digest}`);
      const head = {
        pk: REPORT_PARTITION,
        sk: week,
        madeAt,
        report: await write(week, 'report', slices(asciiJson(report))),
        cases: await write(week, 'cases', slicesOfLines(lines)),
      };
      try {
        await put(head, 'attribute_not_exists(pk)');
        return true;
      } catch (error) {
        if (hasCode(error, 'ConditionalCheckFailedException')) return false;
        throw error;
      }
    },

    latest: async () => {
      const { Items } = await calling('dynamodb:Query', () =>
        client.query({
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': REPORT_PARTITION },
          ScanIndexForward: false,
          Limit: 1,
          ConsistentRead: true,
        }),
      );
      return Items[0] && String(Items[0].sk);
    },
  };
};

type PartKind = 'report' | 'cases';

interface Named {
  readonly digest: string;
  readonly parts: number;
}

const partitionOf = (week: string, kind: PartKind, digest: string): string =>
  `report-part#${week}#${kind}#${digest}`;

/** Whatever stands there: what does not name its parts has none, and is doubted for it. */
const namedIn = (value: unknown): Named => {
  const { digest, parts } = (value ?? {}) as Partial<Record<keyof Named, unknown>>;
  return { digest: String(digest), parts: Number(parts) };
};

const doubtAbout = (what: string, { digest, parts }: Named, texts: readonly string[]): readonly string[] => {
  if (texts.length !== parts) return [`of ${parts} parts of ${what}, ${texts.length} are there`];
  return digestOfTexts(texts) === digest ? [] : [`${what} was changed after it was stored`];
};

const parsedReport = (week: string, text: string): WeeklyReport => {
  try {
    return JSON.parse(text) as WeeklyReport;
  } catch {
    const why = `the stored report of ${week} is no JSON: somebody, or something, has changed the table`;
    throw new PortError('terminal', 'MalformedItem', 'dynamodb:Query', why);
  }
};

const digestsIn = (parts: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    parts
      .flatMap((text) => text.split('\n'))
      .filter((line) => line !== '')
      .map((line): [string, string] => {
        const [id = '', digest = ''] = line.split(' ', 2);
        return [id, digest];
      }),
  );

const digestOfTexts = (texts: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('base64url');
};

/** A character is a byte then, and no part ends within one. */
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const slices = (text: string): readonly string[] =>
  Array.from({ length: Math.ceil(text.length / PART_CHARS_MAX) }, (_, n) =>
    text.slice(n * PART_CHARS_MAX, (n + 1) * PART_CHARS_MAX),
  );

const slicesOfLines = (lines: readonly string[]): readonly string[] =>
  Array.from({ length: Math.ceil(lines.length / LINES_MAX) }, (_, n) =>
    lines.slice(n * LINES_MAX, (n + 1) * LINES_MAX).join('\n'),
  );

/** An item holds 400 KB. */
const PART_CHARS_MAX = 300_000;
/** Of some 45 characters each. */
const LINES_MAX = 6_000;

const REPORT_PARTITION = 'report';
