import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createReporter, formatNames } from '../../../runner/report/formats.ts'
import { causes, statuses } from '../../../runner/result/path-result.ts'
import { pathsByCause } from './causes.ts'
import { cluster, end, openPath, options, run, said, start } from './events.ts'
import { hostile } from './hostile.ts'

const headings = (page: string) => [...readFileSync(page, 'utf8').matchAll(/^##+ (\S+)$/gm)].map((match) => match[1])

test('docs/reference/report.md has a section for each format, in their order', () => {
  const sections = headings('docs/reference/report.md')
  expect(sections.filter((name) => formatNames.some((format) => format === name))).toEqual(formatNames)
})

test('docs/verdicts.md has a section for each status and each cause', () => {
  const sections = headings('docs/verdicts.md')
  expect(statuses.filter((status) => !sections.includes(status))).toEqual([])
  expect(causes.filter((cause) => !sections.includes(cause))).toEqual([])
  expect(sections.length).toBe(new Set(sections).size)
})

test.each(formatNames)('%s writes its document at the end, once, whatever the cause', (format) => {
  const events = run(Object.values(pathsByCause))
  const reporter = createReporter(format, options)
  const [last, ...before] = events.map(reporter).toReversed()
  expect(before.join('')).toBe('')
  expect(last).toMatch(/\S\n$/)
})

test.each(formatNames)('%s shows hostile text without obeying it', (format) => {
  for (const text of hostile) {
    const place = { file: text, line: 1, column: 1 }
    const path = openPath({
      from: text,
      to: text,
      scenario: text,
      step: text,
      name: text,
      why: text,
      explanation: [text],
      place,
    })
    const fabric = { ...cluster, scenario: text, description: text, notSimulated: [text] } as typeof cluster
    const notice = { kind: 'notice', message: text } as const
    const told = [start, fabric, notice, { kind: 'path', result: path } as const, end({ fail: 1 })]
    const document = said(createReporter(format, { ...options, verbose: true }), told)
    expect(document.replaceAll('\n', '')).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]*$/u)
    expect(document.length).toBeLessThan(format === 'text' ? 25_000 : 100_000)
  }
})
