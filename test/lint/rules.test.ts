import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { rules } from '../../lint/rules.ts'
import { lintText } from './linted.ts'

const folder = 'docs/reference/lint'
const page = readFileSync(`${folder}/README.md`, 'utf8')
const fixture = (name: string) => readFileSync(`test/fixtures/lint/${name}.yaml`, 'utf8')

describe.each(rules.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  it('finds what its fixture marks, and nothing else', () => {
    const text = fixture(id)
    const marked = text.split('\n').flatMap((line, index) => (line.includes('finding') ? [index + 1] : []))
    const lines = lintText(text)
      .filter((finding) => finding.rule === id)
      .map(({ place }) => place.line)
    expect(marked.length).toBeGreaterThan(0)
    expect([...new Set(lines)]).toEqual(marked)
  })

  it('leaves a near miss alone', () => {
    const findings = lintText(fixture(`${id}.near-miss`))
    expect(findings.filter((finding) => finding.rule === id || finding.rule === 'invalid-object')).toEqual([])
  })

  it('has a file, a page of its own and a row in the list', () => {
    expect(existsSync(`lint/rules/${id}.ts`)).toBe(true)
    const text = readFileSync(`${folder}/${id}.md`, 'utf8')
    expect(text).toMatch(new RegExp(`^# ${id}\n\nFinds [^#]+\n\nSeverity: ${rule.severity}\\.\n\n`))
    expect(page).toMatch(new RegExp(`^\\| \\[${id}\\]\\(${id}\\.md\\) \\| ${rule.severity} \\|`, 'm'))
  })
})

it('no id stands twice, the list has the order of the rules, and no page is of a rule that is gone', () => {
  const ids = rules.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect([...page.matchAll(/^\| \[([a-z-]+)\]/gm)].map((match) => match[1])).toEqual(ids)
  const pages = readdirSync(folder).filter((name) => name !== 'README.md')
  expect(pages.toSorted()).toEqual(ids.map((id) => `${id}.md`).toSorted())
})
