import { availableParallelism } from 'node:os'
import './test/node-version.ts'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/cluster/**', 'test/image/**'],
    setupFiles: ['test/no-warnings.ts'],
    pool: 'threads',
    isolate: false,
    // Tests that send packets wait most of their time; vitest's own number, one less than there are processors, leaves these idle.
    maxWorkers: availableParallelism() + 1,
    // Against tests that hang, never a measure: a test that takes 10 s alone takes minutes on a machine with a load of 20.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    coverage: { include: ['{checks,policy,probe,fabric,lab,lint,runner}/**/*.ts'] },
  },
})
