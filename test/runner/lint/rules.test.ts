import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { rules } from '../../../runner/lint/rules.ts'
import { lintText } from './linted.ts'

const page = readFileSync('docs/lint.md', 'utf8')
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

  it('has a file and a section of its own', () => {
    expect(existsSync(`runner/lint/rules/${id}.ts`)).toBe(true)
    expect(page).toContain(`\n## ${id}\n`)
    expect(page).toMatch(new RegExp(`^\\| \\[${id}\\]\\(#${id}\\) \\| ${rule.severity} \\|`, 'm'))
  })
})

it('no id stands twice, and the page has no section for a rule that is gone', () => {
  const ids = rules.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  const sections = [...page.matchAll(/^## ([a-z]+(?:-[a-z]+)+)$/gm)].map((match) => match[1])
  expect(sections).toEqual(ids)
})
