/** What somebody leaves out of a gate: it is told, and counts neither way. */
import type { GateException, GateLine } from './gate.ts';
import { NO_COUNTS } from './judge-rule.ts';
import { isMeant, namesOf, type RuleFacts } from './rule-meant.ts';

/**
 * Undefined for what is not written as `RULE`, `RULE@ACCOUNT` or `RULE@ACCOUNT/REGION`.
 *
 * @example
 * exceptionOf('own-tags@111122223333').account // '111122223333'
 * exceptionOf('own-tags@production') // undefined
 */
export const exceptionOf = (text: string): GateException | undefined => {
  const { rule, account, region } =
    /^(?<rule>[^@]+?)(?:@(?<account>\d{12})(?:\/(?<region>[a-z]{2}(?:-[a-z]+)+-\d))?)?$/.exec(text)?.groups ??
    {};
  if (rule === undefined) return undefined;
  return {
    text,
    rule,
    ...(account === undefined ? {} : { account }),
    ...(region === undefined ? {} : { region }),
  };
};

export const leftOut = (
  lines: readonly GateLine[],
  except: readonly GateException[],
  catalog: Pick<RuleFacts, 'rule'>,
): readonly GateLine[] =>
  lines.map((line) => {
    const exception = except.find((each) => covers(each, line, catalog));
    return exception === undefined
      ? line
      : {
          ...line,
          standing: 'left-out',
          why: `left out by --except ${exception.text}`,
          counts: NO_COUNTS,
          passed: 0,
          judged: 0,
          nonCompliant: [],
          doubts: [],
        };
  });

/** One that leaves nothing out is misspelt, or not needed any more. */
export const unusedExceptions = (
  lines: readonly GateLine[],
  except: readonly GateException[],
  catalog: Pick<RuleFacts, 'rule'>,
): readonly string[] =>
  except
    .filter((exception) => !lines.some((line) => covers(exception, line, catalog)))
    .map(({ text }) => `--except ${text} leaves nothing out: nothing that was asked for is called so there`);

const covers = (
  { rule, account, region }: GateException,
  line: GateLine,
  catalog: Pick<RuleFacts, 'rule'>,
): boolean =>
  (account ?? line.lane.account) === line.lane.account &&
  (region ?? line.lane.region) === line.lane.region &&
  isMeant(namesOf(rule, catalog), { ...line, name: line.rule });
