import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/cluster/**', 'test/image/**'],
    setupFiles: ['test/no-warnings.ts'],
    pool: 'threads',
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: { include: ['{checks,policy,probe,fabric,lab,runner}/**/*.ts'] },
  },
})
