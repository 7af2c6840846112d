import { expect, it } from 'vitest';
import { type Lane, laneId } from '../../../domain/finding.ts';
import { PortError } from '../../../domain/ports.ts';
import { type CoveredLanesDeps, coveredLanes } from '../../../domain/sweep/covered-lanes.ts';
import { NO_SWEEP_YET } from '../../../domain/sweep/sweep-store.ts';
import { NOW } from '../../support/cases.ts';

const lane = (id: string): Lane => {
  const [account = '', region = ''] = id.split('/');
  return { account, region };
};
const [HUB, GATHERED, REMEMBERED, NAMED] = ['1/hub', '2/gathered', '3/remembered', '4/named'];
const deps: CoveredLanesDeps = {
  source: {
    gathered: async () => ({ lanes: [{ lane: lane(GATHERED), aggregator: 'all' }], troubles: [] }),
  },
  sweeps: { read: async () => ({ ...NO_SWEEP_YET, laneSeenAt: { [REMEMBERED]: NOW } }) },
  lanes: [lane(HUB), lane(NAMED), lane(GATHERED)],
};
const ids = async (changed: Partial<CoveredLanesDeps> = {}) => {
  const { lanes, troubles } = await coveredLanes({ ...deps, ...changed });
  return { lanes: lanes.map((each) => laneId(each.lane)), troubles: troubles.map(({ code }) => code) };
};
const refused = () => Promise.reject(new PortError('terminal', 'AccessDenied', 'config:X', 'no'));

it('are those of the aggregators, of settings and of earlier cases, each once and in order', async () => {
  expect(await ids()).toEqual({ lanes: [HUB, GATHERED, REMEMBERED, NAMED], troubles: [] });
  const { lanes } = await coveredLanes(deps, [lane('0/open')]);
  expect(lanes[0]).toEqual({ lane: lane('0/open') });
  expect(lanes[2]).toEqual({ lane: lane(GATHERED), aggregator: 'all' });
});

it('are fewer, and say so, when somebody does not tell', async () => {
  const lanes = [lane(HUB)];
  expect(await ids({ lanes, source: { gathered: refused } })).toEqual({
    lanes: [HUB, REMEMBERED],
    troubles: ['AccessDenied'],
  });
  expect(await ids({ lanes, sweeps: { read: refused } })).toEqual({
    lanes: [HUB, GATHERED],
    troubles: ['AccessDenied'],
  });
  const malformed = { read: async () => ({ ended: [] }) as never };
  expect(await ids({ lanes, sweeps: malformed })).toEqual({
    lanes: [HUB, GATHERED],
    troubles: ['UnexpectedError'],
  });
});

it('are the others alone while nothing was swept yet', async () => {
  expect((await ids({ sweeps: { read: async () => undefined } })).lanes).toEqual([HUB, GATHERED, NAMED]);
});
