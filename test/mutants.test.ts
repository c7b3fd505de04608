import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { mutants } from '../scripts/mutants/engine.ts'

test('each fault that is planted in the engine has its one place in the sources', () => {
  const misplaced = mutants.filter(({ file, find }) => readFileSync(file, 'utf8').split(find).length !== 2)
  expect(misplaced.map(({ file, find }) => `${file}: ${find}`)).toEqual([])
})

test('the page on the engine tells how many there are', () => {
  expect(readFileSync('docs/concepts/engine.md', 'utf8')).toContain(`plants ${mutants.length} faults`)
})
