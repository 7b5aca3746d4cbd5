import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/order.ts';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // Waiting for something ends when it is there; a busy machine takes longer than the second that is usual.
    expect: { poll: { timeout: 20_000 } },
    // One PostgreSQL and one ClickHouse for the whole run; see test/support/README.md.
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/setup.ts'],
    // Node runs TypeScript by itself: what is tested is what runs, and nothing is transformed.
    experimental: { viteModuleRunner: false, nodeLoader: false },
  },
});
