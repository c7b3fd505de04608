import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { commands } from '../../../runner/cli/commands/commands.ts'
import { schemas } from '../../../runner/cli/commands/schema.ts'
import { unknownReasons } from '../../../runner/matrix/cell.ts'
import { exitCodes } from '../../../runner/result/path-result.ts'

/** Words that begin the rows of a page's tables. */
function rowsOf(page: string): readonly string[] {
  const rows = readFileSync(`docs/${page}.md`, 'utf8').matchAll(/^\| (.*?) \|/gm)
  return [...rows].flatMap(([, head = '']) => head.replaceAll('`', '').split(', '))
}

test('docs/reference/cli.md has a row for each command and each exit code', () => {
  const rows = rowsOf('reference/cli')
  expect(commands.map(({ name }) => name).filter((name) => !rows.some((row) => row.split(' ')[0] === name))).toEqual([])
  expect(Object.values(exitCodes).filter((code) => !rows.includes(String(code)))).toEqual([])
})

test('the pages name every document that has a schema', () => {
  const page = readFileSync('docs/reference/validate.md', 'utf8')
  expect(page).toContain(`crosscheck schema [${Object.keys(schemas).join('|')}]`)
})

test('docs/reference/matrix.md has a row for each reason why a cell is unknown', () => {
  const rows = rowsOf('reference/matrix')
  expect(unknownReasons.filter((reason) => !rows.includes(reason))).toEqual([])
})
