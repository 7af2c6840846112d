/** Configuration recorders and what they have recorded: the last state Config knows of each resource. */
import type { Table, World } from '../../service.ts';
import type { Resource, ResourceRef } from '../../world/resource.ts';
import { type Lane, laneKey } from './deployed-rules.ts';

export interface Recorder extends Lane {
  readonly name: string;
  readonly recording: boolean;
  readonly lastStartMs: number;
  readonly lastStopMs?: number;
}

/** A configuration item: the resource as it was when it was captured. */
export interface RecordedItem {
  readonly resource: Resource;
  /** The Region whose recorder wrote it: of a global resource every Region has its own. */
  readonly region: string;
  readonly capturedMs: number;
  /** Grows with every item of the resource. */
  readonly stateId: number;
}

export const recorders = (world: World): Table<Recorder> => world.table('config:recorders');

export const recordedItems = (world: World): Table<RecordedItem> => world.table('config:items');

/** Key of what Config knows of a resource in one Region, `region` being never `global`. */
export const seenKey = (ref: ResourceRef): string => `${ref.account}/${ref.region}/${ref.type}/${ref.id}`;

export const isRecording = (world: World, lane: Lane): boolean =>
  recorders(world).get(laneKey(lane))?.recording === true;

export const startRecorder = (world: World, lane: Lane, nowMs: number): void => {
  const before = recorders(world).get(laneKey(lane));
  recorders(world).put(laneKey(lane), {
    ...lane,
    name: 'default',
    ...before,
    recording: true,
    lastStartMs: nowMs,
  });
};

export const stopRecorder = (world: World, lane: Lane, nowMs: number): void => {
  const before = recorders(world).get(laneKey(lane));
  if (before !== undefined)
    recorders(world).put(laneKey(lane), { ...before, recording: false, lastStopMs: nowMs });
};
