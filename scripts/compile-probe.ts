import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { startCompiled } from '../probe/compiled.ts'
import { nodeFlags } from './build-probe.ts'

/** Disables work that V8 does at arbitrary times, which would change the bytes. V8 does not compare these flags when it accepts a cache. */
const steady = [
  '--random-seed=1',
  '--single-threaded-gc',
  '--no-concurrent-recompilation',
  '--no-concurrent-sparkplug',
] as const

const own = fileURLToPath(import.meta.url)

/**
 * Writes the V8 code cache of a probe bundle, `FILE.cache`, for exactly this Node with the probe's flags. Also writes `start.cjs`, which
 * starts the probe with that cache. A fixed seed makes V8 produce the same bytes each time, so that the image stays reproducible.
 */
export async function compileProbe(file: string): Promise<void> {
  execFileSync(process.execPath, [...nodeFlags, ...steady, own, '--compile', file])
  await build({
    absWorkingDir: join(dirname(own), '..'),
    entryPoints: ['probe/start.ts'],
    outfile: join(dirname(file), 'start.cjs'),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22.19',
    minify: true,
  })
}

/** Loading the bundle is enough to compile what every start needs. */
async function compileHere(file: string): Promise<void> {
  process.argv = [process.execPath, file, '--help']
  const help = Promise.withResolvers<void>()
  process.stdout.write = () => {
    help.resolve()
    return true
  }
  const script = startCompiled(file, { require: createRequire(file) })
  await help.promise
  writeFileSync(`${file}.cache`, script.createCachedData())
}

if (process.argv[1] === own) {
  const [what, file] = process.argv.slice(2)
  if (what === '--compile' && file !== undefined) await compileHere(file)
  else if (what !== undefined) await compileProbe(what)
  else throw new Error('name the bundle')
}
