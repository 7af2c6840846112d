/** The service's log on this machine: JSON lines in a file beside its data, or nowhere when it keeps none. */
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../domain/ports.ts';

export const localLog = (dataDir: string | undefined, now: () => string): Log & { close(): void } => {
  if (dataDir === undefined) return { info: () => {}, warn: () => {}, error: () => {}, close: () => {} };
  mkdirSync(dataDir, { recursive: true });
  const file = createWriteStream(join(dataDir, 'selfheal.log'), { flags: 'a' });
  const write = (level: string) => (message: string, fields: Readonly<Record<string, unknown>>) => {
    file.write(`${JSON.stringify({ level, at: now(), message, ...fields })}\n`);
  };
  return { info: write('info'), warn: write('warn'), error: write('error'), close: () => file.end() };
};
