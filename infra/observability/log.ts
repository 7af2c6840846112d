/** Structured logs: one constant message a fact, everything that varies in keyed fields. */
import { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from '../../domain/ports.ts';

export const createLog = (): Log => {
  const logger = new Logger({ serviceName: 'selfheal' });
  return {
    info: (message, fields) => logger.info(message, fields),
    warn: (message, fields) => logger.warn(message, fields),
    error: (message, fields) => logger.error(message, fields),
  };
};
