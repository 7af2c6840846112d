import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest begins first, so that no worker is left alone with it at the end. */
const LONGEST = [
  'test/process/',
  'loop/floods',
  'test/sandbox/packaged/',
  'test/simulation/flood',
  'test/infra/build/',
  'loop/stop',
  'test/browser/',
  'test/docs/commands',
  'test/contract/',
  'loop/crashes',
  'test/simulation/',
  'loop/duplicates',
  'loop/checks',
  'test/infra/templates',
  'loop/',
  'test/docs/',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.findIndex((part) => moduleId.includes(part));
      return found === -1 ? LONGEST.length : found;
    };
    return [...files].sort((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Tests against the sandbox do real work over real sockets; the limit is for hangs, not for speed.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // The SDK's farewell to Node 20, once a process.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    pool: 'forks',
    maxWorkers: 2,
    // Modules hold no state that one test file could leave to another; loading them once saves a third of the time.
    isolate: false,
    sequence: { sequencer: LongestFirst },
  },
});
