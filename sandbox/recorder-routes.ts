/** How a person has Config's recorder in a lane stop, fail and come back. */
import * as z from 'zod';
import { AdminProblem } from './core/admin-routes.ts';
import { type ListedRecorder, RECORDER_STATES } from './recorder-states.ts';
import type { World } from './service.ts';
import {
  deleteRecorder,
  type Recorder,
  recorderIn,
  recorders,
  stopRecorder,
  troubleRecorder,
} from './services/config/recorder.ts';
import { startRecording } from './services/config/resource-operations.ts';

export const recorderChangeSchema = z.strictObject({
  account: z.string().regex(/^[0-9]{12}$/),
  region: z.string().min(1),
  state: z.enum(RECORDER_STATES),
  errorCode: z.string().min(1).optional(),
  message: z.string().min(1).optional(),
});

export const recorderList = (world: World): { readonly recorders: readonly ListedRecorder[] } => ({
  recorders: [...recorders(world).values()].map(listed),
});

export const changeRecorder = (
  world: World,
  { account, region, state, errorCode, message }: z.infer<typeof recorderChangeSchema>,
  nowMs: number,
): ListedRecorder => {
  const lane = { account, region };
  if (recorders(world).get(`${account}/${region}`) === undefined)
    throw new AdminProblem(
      `The sandbox has no lane ${account}/${region}. See what there is with: selfheal sandbox recorder`,
      404,
    );
  switch (state) {
    case 'off':
      stopRecorder(world, lane, nowMs);
      break;
    case 'missing':
      deleteRecorder(world, lane, nowMs);
      break;
    default: {
      if (recorderIn(world, lane)?.recording !== true) startRecording(world, { ...lane, nowMs });
      const of = state === 'failing' ? 'recording' : 'delivery';
      const trouble = {
        of,
        errorCode: errorCode ?? TROUBLES[of].errorCode,
        message: message ?? TROUBLES[of].message,
        sinceMs: nowMs,
      } as const;
      troubleRecorder(world, lane, state === 'on' ? undefined : trouble);
      // What it did not record while it failed it looks at now.
      if (state === 'on') startRecording(world, { ...lane, nowMs });
    }
  }
  return listed(recorders(world).get(`${account}/${region}`) as Recorder);
};

/** What is said where nobody says anything else. */
const TROUBLES = {
  recording: {
    errorCode: 'AccessDenied',
    message: 'AWS Config cannot assume the role of the configuration recorder.',
  },
  delivery: { errorCode: 'NoSuchBucket', message: 'The specified bucket does not exist' },
} as const;

const listed = ({ account, region, recording, trouble, isDeleted }: Recorder): ListedRecorder => {
  const lane = { account, region };
  if (isDeleted) return { ...lane, state: 'missing' };
  if (!recording) return { ...lane, state: 'off' };
  if (trouble === undefined) return { ...lane, state: 'on' };
  return {
    ...lane,
    state: trouble.of === 'recording' ? 'failing' : 'undelivered',
    why: `${trouble.errorCode}: ${trouble.message}`,
  };
};
