import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checkSchema, checkSchemas } from '../checks/check.ts'
import { checkKinds } from '../checks/kinds.ts'
import { reasons } from '../checks/outcome.ts'
import { openapi } from '../probe/openapi.ts'

const kinds = Object.keys(checkKinds)
const page = readFileSync('docs/reference/checks.md', 'utf8')
const { paths } = openapi({ checksPerBatch: 1, bodyBytes: 1 }) as { paths: Record<string, unknown> }

test('the registry has exactly the kinds that have a schema', () => {
  expect(kinds).toEqual(Object.keys(checkSchemas))
  expect(checkSchema.options.map((option) => option.shape.kind.value)).toEqual(kinds)
})

test.each(kinds)('%s has its own file and test, endpoint and page', (kind) => {
  expect(existsSync(`checks/${kind}.ts`)).toBe(true)
  expect(existsSync(`test/checks/${kind}.test.ts`)).toBe(true)
  expect(paths).toHaveProperty([`/v1/${kind}`])
  expect(page).toMatch(new RegExp(`^## ${kind}$`, 'm'))
})

test('the page on outcomes has one row for each reason, in their order', () => {
  const rows = readFileSync('docs/reference/outcomes.md', 'utf8').matchAll(/^\| `(\w+)` \|/gm)
  expect([...rows].map((row) => row[1])).toEqual(reasons)
})
