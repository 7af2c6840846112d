/** A case is due, or a lane has cases that wait for their start. */
import middy from '@middy/core';
import type { SQSEvent } from 'aws-lambda';
import type { EngineApp as App } from '../infra/compose-engine.ts';
import { decodeWake } from '../infra/sqs/decode-wake.ts';
import { handleBatch, wasDeliveredBefore } from './batch.ts';

export const onWake = (app: App) =>
  middy((event: SQSEvent) =>
    handleBatch(app, event, {
      decode: (record) => {
        const wake = decodeWake(record.body);
        if (wake.kind !== 'decoded') return wake;
        const report = {
          wake: wake.value,
          messageId: record.messageId,
          redelivered: wasDeliveredBefore(record),
        };
        return { kind: 'decoded', value: report };
      },
      handle: app.selfheal.woken,
    }),
  );
