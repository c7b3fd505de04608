import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { reasons } from '../../checks/outcome.ts'

const page = readFileSync(new URL('../../docs/reference/outcomes.md', import.meta.url), 'utf8')
const own = 'outcomes-page.test.ts'

test('docs/reference/outcomes.md explains each reason of the vocabulary once, in its order', () => {
  const rows = [...page.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, reason]) => reason)
  expect(rows).toEqual([...reasons])
})

test('each reason of the vocabulary is asserted by a test of this folder', () => {
  const here = new URL('./', import.meta.url)
  const files = readdirSync(here, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.test.ts') && file !== own,
  )
  const text = files.map((file) => readFileSync(new URL(file, here), 'utf8')).join('\n')
  expect(reasons.filter((reason) => !text.includes(`'${reason}'`))).toEqual([])
})
