import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { startCompiled } from './compiled.ts'

// The entry of the image: runs the probe in the same folder with the V8 code cache from the image build. Without a
// cache, or with another Node version, it compiles the probe now.
const file = join(__dirname, 'probe.cjs')
const cache = `${file}.cache`
startCompiled(file, { ...(existsSync(cache) ? { cached: readFileSync(cache) } : {}), require: createRequire(file) })
