import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

/** Every package that is loaded with a file, types apart. */
function packagesOf(file: string, seen = new Set<string>()): ReadonlySet<string> {
  const packages = new Set<string>()
  if (seen.has(file)) return packages
  seen.add(file)
  const lines = readFileSync(file, 'utf8').matchAll(/^(?:import|export)\s(?!type\b)(?:([^'=(]*?)\sfrom\s)?'([^']+)'/gm)
  for (const [, names = '', from = ''] of lines) {
    const inBraces = /^\{(.*)\}$/s
      .exec(names)?.[1]
      ?.split(',')
      .map((name) => name.trim())
    if (inBraces?.every((name) => name === '' || name.startsWith('type '))) continue
    if (from.endsWith('.ts'))
      for (const name of packagesOf(normalize(join(dirname(file), from)), seen)) packages.add(name)
    else if (!from.startsWith('.') && !from.startsWith('node:')) packages.add(from)
  }
  return packages
}

test('help loads no package but the one that prints it', () => {
  expect([...packagesOf('runner/main.ts')]).toEqual(['commander'])
})

test('manifests are linted and compared without the schema library, which takes longer to load than they to read', () => {
  for (const file of ['runner/cli/lint-run.ts', 'runner/cli/diff-run.ts'])
    expect([...packagesOf(file)].toSorted()).toEqual(['ipaddr.js', 'yaml'])
})

test('the lab and the schema library are seen by this test where they are loaded', () => {
  expect([...packagesOf('runner/cli/matrix-run.ts')]).toEqual(expect.arrayContaining(['zod', 'yaml']))
})
