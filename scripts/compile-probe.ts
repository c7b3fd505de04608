import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { startCompiled } from '../probe/compiled.ts'
import { nodeFlags } from './build-probe.ts'

/** What else V8 does at its own time would show in the bytes; none of these is among the flags that it compares before it takes them. */
const steady = [
  '--random-seed=1',
  '--single-threaded-gc',
  '--no-concurrent-recompilation',
  '--no-concurrent-sparkplug',
] as const

const own = fileURLToPath(import.meta.url)

/**
 * Writes beside a bundle of the probe what V8 compiles of it, `FILE.cache`, for exactly this Node with the probe's flags, and `start.cjs`, which starts it with
 * that. With a seed of its own V8 makes the same bytes each time, so that the image stays reproducible.
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

/** Loading alone compiles what every start needs. */
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
