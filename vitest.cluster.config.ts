import './test/node-version.ts'
import { defineConfig } from 'vitest/config'

/** Tests on the cluster of KUBECONFIG: `npm run test:cluster`. */
export default defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts'],
    setupFiles: ['test/no-warnings.ts'],
    pool: 'threads',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
})
