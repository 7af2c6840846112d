/** AWS Config's recorder: one a lane, as AWS has it. What it leaves out makes no difference: here all types are recorded. */
import * as z from 'zod';
import { laneKey } from '../../services/config/deployed-rules.ts';
import { recorderIn, recorders, startRecorder } from '../../services/config/recorder.ts';
import { anything, type ResourceTypes, resourceType } from '../resource-type.ts';

const recorderSchema = z.strictObject({
  Name: z.string().default('default'),
  RoleARN: z.string(),
  RecordingGroup: anything,
  RecordingMode: anything,
});

export const configTypes: ResourceTypes = {
  'AWS::Config::ConfigurationRecorder': resourceType({
    schema: recorderSchema,
    put: ({ Name }, { world, account, region, nowMs }) => {
      const lane = { account, region };
      const key = laneKey(lane);
      const other = recorderIn(world, lane);
      if (other !== undefined && other.name !== Name)
        throw new Error(
          `Failed to put configuration recorder '${Name}' because the maximum number of configuration recorders: 1 is reached (there is ${other.name})`,
        );
      recorders(world).put(key, { ...lane, ...other, name: Name, recording: false, lastStartMs: nowMs });
      startRecorder(world, lane, nowMs);
    },
    identify: ({ Name }) => ({ ref: Name, attributes: {} }),
    remove: ({ ref }, { world, account, region }) => {
      const key = laneKey({ account, region });
      if (recorders(world).get(key)?.name === ref) recorders(world).delete(key);
    },
  }),
};
