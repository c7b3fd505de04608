import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

const packagesOf = (file: string) => [...loadedWith(file)].filter((name) => !name.startsWith('node:'))

/** Every package and module of Node that is loaded with a file, types apart. */
function loadedWith(file: string, seen = new Set<string>()): ReadonlySet<string> {
  const loaded = new Set<string>()
  if (seen.has(file)) return loaded
  seen.add(file)
  const lines = readFileSync(file, 'utf8').matchAll(/^(?:import|export)\s(?!type\b)(?:([^'=(]*?)\sfrom\s)?'([^']+)'/gm)
  for (const [, names = '', from = ''] of lines) {
    const inBraces = /^\{(.*)\}$/s
      .exec(names)?.[1]
      ?.split(',')
      .map((name) => name.trim())
    if (inBraces?.every((name) => name === '' || name.startsWith('type '))) continue
    if (from.endsWith('.ts'))
      for (const name of loadedWith(normalize(join(dirname(file), from)), seen)) loaded.add(name)
    else if (!from.startsWith('.')) loaded.add(from)
  }
  return loaded
}

test('help loads no package but the one that prints it', () => {
  expect(packagesOf('runner/main.ts')).toEqual([])
  expect(packagesOf('runner/program.ts')).toEqual(['commander'])
})

test('manifests are linted and compared without the schema library, which takes longer to load than they to read', () => {
  for (const file of ['runner/cli/commands/lint-run.ts', 'runner/cli/commands/diff-run.ts'])
    expect(packagesOf(file).toSorted()).toEqual(['ipaddr.js', 'yaml'])
})

test('what hashes and opens sockets is loaded when it is needed', () => {
  for (const file of [
    'runner/main.ts',
    'runner/program.ts',
    'runner/cli/commands/lint-run.ts',
    'runner/cli/commands/diff-run.ts',
  ])
    expect([...loadedWith(file)].filter((name) => /^node:(crypto|dgram|tls|http)/.test(name))).toEqual([])
})

test('the lab and the schema library are seen by this test where they are loaded', () => {
  expect(packagesOf('runner/cli/commands/matrix-run.ts')).toEqual(expect.arrayContaining(['zod', 'yaml']))
})
