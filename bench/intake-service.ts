/** The service under load, in a process of its own: started by `intake.ts`, asked by messages, ended by hanging up. */
import { startService } from '../cli/service/start-service.ts';

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
const service = await startService({
  port: 0,
  policyFile: 'policy.yml',
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
