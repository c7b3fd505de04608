import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildProbe, nodeFlags } from '../../scripts/build-probe.ts'
import { compileProbe } from '../../scripts/compile-probe.ts'

const folder = mkdtempSync(join(tmpdir(), 'compiled-'))
const file = (name: string) => join(folder, name)

beforeAll(async () => {
  await buildProbe(file('probe.cjs'))
  await compileProbe(file('probe.cjs'))
})

afterAll(() => rmSync(folder, { recursive: true }))

const isRejected = (flags: readonly string[]) => {
  const program = `
    const { startCompiled } = await import(${JSON.stringify(join(process.cwd(), 'probe/compiled.ts'))})
    process.argv = [process.execPath, 'probe.cjs', '--help']
    process.stdout.write = () => true
    const { createRequire } = await import('node:module')
    const cached = (await import('node:fs')).readFileSync(${JSON.stringify(file('probe.cjs.cache'))})
    process.stderr.write(String(startCompiled(${JSON.stringify(file('probe.cjs'))}, { cached, require: createRequire(import.meta.url) }).cachedDataRejected))`
  return spawnSync(process.execPath, [...flags, '--input-type=module', '-e', program]).stderr.toString()
}

test('V8 takes what was compiled when the probe is started with its flags', () => {
  expect(isRejected(nodeFlags)).toBe('false')
  expect(isRejected(['--no-lazy'])).toBe('true')
})

test('the same bundle is compiled to the same bytes each time', async () => {
  const first = readFileSync(file('probe.cjs.cache'))
  await compileProbe(file('probe.cjs'))
  expect(readFileSync(file('probe.cjs.cache')).equals(first)).toBe(true)
})

test('the probe starts without it too', () => {
  const help = () => execFileSync(process.execPath, [file('start.cjs'), '--help']).toString()
  const usual = help()
  writeFileSync(file('probe.cjs.cache'), 'of another Node')
  expect(usual).toContain('Usage: crosscheck-probe')
  expect(help()).toBe(usual)
  rmSync(file('probe.cjs.cache'))
  expect(help()).toBe(usual)
})
