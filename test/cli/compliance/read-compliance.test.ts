/** Whatever selfheal answers, a report leaves out nothing in silence. */
import { describe, expect, it } from 'vitest';
import { readCompliance } from '../../../cli/compliance/read-compliance.ts';
import type { Answer, Asker } from '../../../cli/gate/asker.ts';
import type { ComplianceScope } from '../../../domain/compliance/report.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { aLane, aRule } from '../../support/lane-compliance.ts';

const LANE = { account: '111111111111', region: 'eu-west-1' };
const OTHER = { account: '222222222222', region: 'us-east-1' };
const EVERYTHING: ComplianceScope = { accounts: [], regions: [], rules: [], frameworks: [] };
const NOTHING_HEALED = {
  from: 'a',
  to: 'b',
  tried: 0,
  healed: 0,
  failedAttempts: 0,
  byRule: [],
  dropped: 0,
};
const FRAMEWORKS = [
  {
    framework: 'pci' as const,
    title: 'PCI',
    version: '1',
    rules: { MINE: ['1'], S3_BUCKET_LOGGING_ENABLED: ['2'] },
  },
];
const catalog = loadCatalog();

/** By the beginning of the path, the longest first; what is not there is not answered. */
const asking = (answers: Readonly<Record<string, unknown>>) => {
  const asked: string[] = [];
  const asker: Asker = {
    againMax: 0,
    again: [],
    pause: async () => false,
    get: async (path): Promise<Answer> => {
      asked.push(path);
      const found = Object.keys(answers)
        .toSorted((left, right) => right.length - left.length)
        .find((start) => path.startsWith(start));
      return found === undefined
        ? { ok: false, why: `no answer to ${path}`, mend: '' }
        : { ok: true, value: answers[found] };
    },
  };
  return { asker, asked };
};

const ALL = {
  '/api/compliance/remediation': NOTHING_HEALED,
  '/api/compliance/lanes': { lanes: [LANE, OTHER], troubles: [] },
  '/api/compliance/lanes/111111111111/eu-west-1': aLane(LANE, { rules: [aRule('one')] }),
  '/api/compliance/lanes/111111111111/eu-west-1/recorded': {
    lane: LANE,
    readAt: 'now',
    types: [],
    rules: [],
    troubles: [],
  },
  '/api/compliance/lanes/222222222222/us-east-1': aLane(OTHER, { rules: [aRule('two')] }),
  '/api/compliance/lanes/222222222222/us-east-1/recorded': {
    lane: OTHER,
    readAt: 'now',
    types: [],
    rules: [],
    troubles: [],
  },
};
const read = (answers: Readonly<Record<string, unknown>>, scope: Partial<ComplianceScope> = {}) => {
  const { asker, asked } = asking(answers);
  const progress: string[] = [];
  return readCompliance(
    { ...EVERYTHING, ...scope },
    { asker, catalog, frameworks: FRAMEWORKS, progress: (one, of) => progress.push(`${one}/${of}`) },
  ).then((seen) => ({ ...seen, asked, progress }));
};
const without = (start: string) => Object.fromEntries(Object.entries(ALL).filter(([path]) => path !== start));

describe('what is read', () => {
  it('is every lane, told as it comes in', async () => {
    const { lanes, unreadLanes, recorded, progress } = await read(ALL);
    expect(lanes.map(({ lane }) => lane)).toEqual([LANE, OTHER]);
    expect(unreadLanes).toEqual([]);
    expect(recorded).toHaveLength(2);
    expect(progress).toEqual(['0/2', '1/2', '2/2']);
  });

  it('names the lane that did not answer, or not as expected', async () => {
    const lane = '/api/compliance/lanes/222222222222/us-east-1';
    const { '/api/compliance/lanes': listed, ...rest } = without(lane);
    // Whatever else begins with the list's path is not the list.
    const silent = await read({ ...rest, '/api/compliance/lanes': listed, [lane]: { strange: true } });
    expect(silent.lanes.map((each) => each.lane)).toEqual([LANE]);
    expect(silent.unreadLanes).toEqual([
      { lane: '222222222222/us-east-1', why: expect.stringContaining('not understood') },
    ]);
  });

  it('says that nobody knows the lanes, and what was healed', async () => {
    const { lanes, unreadLanes, remediation } = await read({});
    expect(lanes).toEqual([]);
    expect(unreadLanes).toEqual([{ why: expect.stringContaining('no answer to /api/compliance/lanes') }]);
    expect(remediation).toEqual({ unread: expect.stringContaining('no answer') });
    const odd = await read({ ...ALL, '/api/compliance/remediation': { tried: -1 } });
    expect(odd.remediation).toHaveProperty('unread');
  });

  it('tells that what is recorded is not known, and gives no hint then', async () => {
    const path = '/api/compliance/lanes/222222222222/us-east-1/recorded';
    const { recorded } = await read({ ...ALL, [path]: 'nonsense' });
    expect(recorded?.[1]).toMatchObject({ lane: OTHER, troubles: [{ code: 'Unanswered' }] });
  });

  it('asks for the rules of a framework and those that are named, and does not ask what they cost', async () => {
    const { asked, recorded, unreadLanes } = await read(ALL, {
      frameworks: ['pci'],
      rules: ['one', 'nowhere'],
    });
    expect(recorded).toBeUndefined();
    const [lane = ''] = asked.filter((path) => path.includes('111111111111'));
    const rules = new URL(lane, 'http://x').searchParams.getAll('rule');
    expect(rules).toEqual(expect.arrayContaining(['one', 'nowhere', 'MINE', 's3-bucket-logging-enabled']));
    expect(unreadLanes).toEqual([{ rule: 'nowhere', why: expect.stringContaining('no such rule') }]);
  });

  it('is of the accounts and Regions that are named, and says which of them nobody covers', async () => {
    const { lanes, unreadLanes } = await read(ALL, { accounts: ['111111111111', '999999999999'] });
    expect(lanes.map(({ lane }) => lane)).toEqual([LANE]);
    expect(unreadLanes).toEqual([{ why: expect.stringContaining('999999999999') }]);
  });
});
