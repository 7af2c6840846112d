/** Configuration recorders and what they have recorded: the last state Config knows of each resource. */
import type { Table, World } from '../../service.ts';
import type { Resource, ResourceRef } from '../../world/resource.ts';
import { type Lane, laneKey } from './deployed-rules.ts';

export interface Recorder extends Lane {
  readonly name: string;
  readonly recording: boolean;
  readonly lastStartMs: number;
  readonly lastStopMs?: number;
  /** What goes wrong with it while it is on. */
  readonly trouble?: RecorderTrouble;
  /** Somebody deleted it. The lane is still there, with its rules, and an aggregator still gathers from it. */
  readonly isDeleted?: true;
}

export interface RecorderTrouble {
  /** `recording`: nothing is recorded. `delivery`: it is, and reaches no bucket; rules are evaluated all the same. */
  readonly of: 'recording' | 'delivery';
  readonly errorCode: string;
  readonly message: string;
  readonly sinceMs: number;
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

/** Undefined where there is none, or none any more. */
export const recorderIn = (world: World, lane: Lane): Recorder | undefined => {
  const recorder = recorders(world).get(laneKey(lane));
  return recorder?.isDeleted ? undefined : recorder;
};

export const isRecording = (world: World, lane: Lane): boolean => {
  const recorder = recorderIn(world, lane);
  return recorder?.recording === true && recorder.trouble?.of !== 'recording';
};

/** Makes it where there is none. What went wrong with it goes on. */
export const startRecorder = (world: World, lane: Lane, nowMs: number): void => {
  const { isDeleted: _, ...before } = recorders(world).get(laneKey(lane)) ?? {};
  recorders(world).put(laneKey(lane), {
    name: 'default',
    ...before,
    ...lane,
    recording: true,
    lastStartMs: nowMs,
  });
};

export const stopRecorder = (world: World, lane: Lane, nowMs: number): void =>
  change(world, lane, (before) => ({ ...before, recording: false, lastStopMs: nowMs }));

export const deleteRecorder = (world: World, lane: Lane, nowMs: number): void =>
  change(world, lane, (before) => ({ ...before, recording: false, lastStopMs: nowMs, isDeleted: true }));

/** @param trouble undefined: nothing goes wrong with it any more. */
export const troubleRecorder = (world: World, lane: Lane, trouble: RecorderTrouble | undefined): void =>
  change(world, lane, ({ trouble: _, ...before }) => ({ ...before, ...(trouble && { trouble }) }));

const change = (world: World, lane: Lane, changed: (before: Recorder) => Recorder): void => {
  const before = recorderIn(world, lane);
  if (before !== undefined) recorders(world).put(laneKey(lane), changed(before));
};
