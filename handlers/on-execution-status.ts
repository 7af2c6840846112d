/** SSM said that an automation has changed its status. */
import middy from '@middy/core';
import type { SQSEvent } from 'aws-lambda';
import type { EngineApp as App } from '../infra/compose-engine.ts';
import { decodeExecutionStatus } from '../infra/eventbridge/decode-execution-status.ts';
import { handleBatch } from './batch.ts';

export const onExecutionStatus = (app: App) =>
  middy((event: SQSEvent) =>
    handleBatch(app, event, {
      decode: ({ body }) => decodeExecutionStatus(body),
      handle: app.selfheal.executionReported,
    }),
  );
