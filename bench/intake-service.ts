/** The service under load, in a process of its own: started by `intake.ts`, asked by messages, ended by hanging up. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startService } from '../cli/service/start-service.ts';
import { trusting } from '../test/support/trusting-policy.ts';

export type IntakeReply =
  | { readonly kind: 'started'; readonly sandboxUrl: string }
  | {
      readonly kind: 'state';
      readonly heapBytes: number;
      readonly residentBytes: number;
      /** Of all threads, since the start. */
      readonly cpuMicros: number;
    };

const tell = (reply: IntakeReply): void => {
  process.send?.(reply);
};

const [, , dataDir] = process.argv;
const policyFile = join(mkdtempSync(join(tmpdir(), 'selfheal-intake-')), 'policy.yml');
writeFileSync(policyFile, trusting(readFileSync('policy.yml', 'utf8')));
const service = await startService({
  port: 0,
  policyFile,
  speed: 1,
  ...(dataDir ? { dataDir } : {}),
});

process.on('message', () => {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  tell({ kind: 'state', heapBytes: heapUsed, residentBytes: rss, cpuMicros: user + system });
});
process.on('disconnect', () => process.exit(0));
tell({ kind: 'started', sandboxUrl: service.sandboxUrl });
