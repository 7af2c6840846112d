/** Config said that a resource's compliance has changed. */
import middy from '@middy/core';
import type { SQSEvent } from 'aws-lambda';
import { epochMs } from '../domain/time.ts';
import type { EngineApp as App } from '../infra/compose-engine.ts';
import { decodeComplianceChange } from '../infra/eventbridge/decode-compliance-change.ts';
import { handleBatch, wasDeliveredBefore } from './batch.ts';

export const onComplianceChange = (app: App) =>
  middy((event: SQSEvent) =>
    handleBatch(app, event, {
      decode: (record) =>
        decodeComplianceChange(record.body, {
          nowMs: epochMs(app.ports.clock.now()),
          redelivered: wasDeliveredBefore(record),
        }),
      handle: app.selfheal.complianceReported,
    }),
  );
