import { defineConfig } from 'vitest/config';

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
  },
});
