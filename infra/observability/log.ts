/** Structured logs: one constant message a fact, everything that varies in keyed fields; a line of JSON each. */
import type { Log } from '../../domain/ports.ts';

/** @param write takes whole lines; by default as they are to standard output, past what Lambda makes of `console`. */
export const createLog = (
  write: (line: string) => void = (line) => {
    process.stdout.write(line);
  },
): Log => {
  const at =
    (level: 'INFO' | 'WARN' | 'ERROR') =>
    (message: string, fields: Readonly<Record<string, unknown>>): void => {
      const traceId = /Root=([^;]+)/.exec(process.env._X_AMZN_TRACE_ID ?? '')?.[1];
      write(
        `${JSON.stringify({
          ...fields,
          level,
          message,
          service: 'selfheal',
          timestamp: new Date().toISOString(),
          ...(traceId === undefined ? {} : { xray_trace_id: traceId }),
        })}\n`,
      );
    };
  return { info: at('INFO'), warn: at('WARN'), error: at('ERROR') };
};
