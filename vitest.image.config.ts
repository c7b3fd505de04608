import './test/node-version.ts'
import { defineConfig } from 'vitest/config'

/** Tests of the images in the local Docker: `npm run test:image` builds and tests them. */
export default defineConfig({
  test: {
    include: ['test/image/**/*.test.ts'],
    setupFiles: ['test/no-warnings.ts'],
    pool: 'threads',
    // The reaper of testcontainers is an image of its own, which not every machine can pull; each test disposes of its containers.
    env: { TESTCONTAINERS_RYUK_DISABLED: 'true' },
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
})
