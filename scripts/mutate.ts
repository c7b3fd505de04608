import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Mutant, mutants } from './mutants/engine.ts'

/**
 * Applies faults to a copy of the policy engine, one at a time, and runs the engine's tests on each. Exits with code 1 if the tests miss a
 * fault. `node scripts/mutate.ts [TEXT]` limits the run to mutants whose file or text contains TEXT.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const copy = mkdtempSync(join(tmpdir(), 'mutants-'))
const wanted = process.argv[2] ?? ''
const chosen = mutants.filter(({ file, find, put }) => [file, find, put].some((text) => text.includes(wanted)))

try {
  for (const part of ['policy', 'fabric', 'checks', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts'])
    cpSync(join(root, part), join(copy, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  if (!(await testsPass())) throw new Error('the tests fail without any fault')
  const survivors: Mutant[] = []
  for (const mutant of chosen) {
    const noticed = await isNoticed(mutant)
    if (!noticed) survivors.push(mutant)
    console.log(`${noticed ? 'killed  ' : 'SURVIVED'} ${mutant.file}: ${oneLine(mutant.find)} → ${oneLine(mutant.put)}`)
  }
  console.log(`${chosen.length - survivors.length} of ${chosen.length} mutants killed`)
  process.exitCode = survivors.length === 0 ? 0 : 1
} finally {
  rmSync(copy, { recursive: true, force: true })
}

async function isNoticed({ file, find, put }: Mutant): Promise<boolean> {
  const path = join(copy, file)
  const text = readFileSync(path, 'utf8')
  if (text.split(find).length !== 2) throw new Error(`${file} does not hold exactly once: ${find}`)
  writeFileSync(
    path,
    text.replace(find, () => put),
  )
  try {
    return !(await testsPass())
  } finally {
    writeFileSync(path, text)
  }
}

/** Runs the tests of the copy until the first failure. */
async function testsPass(): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', '--bail', '1', 'test/policy'], { cwd: copy, stdio: 'ignore' })
  child.on('error', reject)
  child.on('close', (code) => resolve(code === 0))
  return promise
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim() || '(nothing)'
}
