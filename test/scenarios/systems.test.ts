import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { PathResult } from '../../runner/result/path-result.ts'
import { runFile } from './run-files.ts'

const folders = (parent: string) =>
  readdirSync(parent, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [join(parent, entry.name)] : [],
  )

/** Rows of each system: paths times what their sources stand for. A number that falls says that something is not asserted any more. */
const rows: Readonly<Record<string, number>> = {
  'ai-saas': 45,
  'amazon-store': 232,
  'nova-after': 205,
  'nova-before': 228,
  stacks: 148,
  trackdechets: 91,
}

describe('the reference systems', () => {
  const systems = folders('scenarios').filter((folder) => !folder.endsWith('/conformance'))

  it('are six scenarios, each with its number of rows', () => {
    expect(systems.map((folder) => folder.replace('scenarios/', ''))).toEqual(Object.keys(rows))
  })

  it.each(systems)('%s holds, row by row', async (folder) => {
    const { problems, results } = await runFile(join(folder, 'scenario.yaml'))
    expect(problems).toEqual([])
    expect(results.filter(({ status }) => status !== 'pass').map(line)).toEqual([])
    expect(results.map(({ cause }) => cause).filter(Boolean)).toEqual([])
    expect(results.length).toBe(rows[folder.replace('scenarios/', '')])
  })
})

interface Expected {
  /** The exit code of `run`. */
  readonly exit: number
  readonly failures?: readonly Failure[]
  readonly passes?: number
  readonly inconclusive?: number
  readonly notSimulated?: readonly string[]
  readonly refused?: Refusal
}

interface Failure {
  readonly from: string
  readonly to: string
  readonly expect: string
  readonly cause: string
  readonly observed?: string
  readonly phase?: string
  readonly reason?: string
  /** Objects that the report must name. */
  readonly names: readonly string[]
}

interface Refusal {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly key: string
  readonly suggestion: string
}

describe('a broken variant', () => {
  it.each(folders('test/fixtures/broken').flatMap(folders))(
    '%s fails with the right cause and the right object',
    async (folder) => {
      const expected = parse(readFileSync(join(folder, 'expected.yaml'), 'utf8')) as Expected
      const { problems, results, summary, notSimulated } = await runFile(join(folder, 'scenario.yaml'))
      if (expected.refused !== undefined) {
        const { file, line: row, column, key, suggestion } = expected.refused
        expect(summary).toBeUndefined()
        expect(problems).toMatchObject([{ severity: 'error', place: { file: join(folder, file), line: row, column } }])
        expect(problems[0]?.message).toContain(`"${key}"`)
        expect(problems[0]?.hint).toBe(`did you mean ${suggestion}?`)
        return
      }
      const failed = results.filter(({ status }) => status === 'fail')
      const told = expected.failures ?? []
      expect(failed.map(seenOf).sort(byPath)).toMatchObject(told.map(({ names: _names, ...rest }) => rest).sort(byPath))
      for (const { from, to, names } of told) {
        const text = failed
          .filter((each) => each.from === from && each.to === to)
          .map(wordsOf)
          .join('\n')
        for (const name of names) expect(text).toContain(name)
      }
      expect(results.filter(({ status }) => status === 'inconclusive').length).toBe(expected.inconclusive)
      expect(results.filter(({ status }) => status === 'pass').length).toBe(expected.passes)
      expect(notSimulated).toEqual(expected.notSimulated ?? [])
      expect(failed.length > 0 ? 1 : 0).toBe(expected.exit)
    },
  )
})

const byPath = (a: { from: string; to: string }, b: { from: string; to: string }) =>
  `${a.from} ${a.to}` < `${b.from} ${b.to}` ? -1 : 1

const seenWords = { open: 'open', blocked: 'blocked', partly: 'partly open', unknown: 'unknown' } as const

/** A result in the words of expected.yaml. */
function seenOf({ from, to, expect: wanted, cause, seen, observed }: PathResult) {
  const { phase, reason } = observed ?? {}
  return { from, to, expect: wanted, cause, observed: seenWords[seen], phase, reason }
}

function wordsOf({ explanation, endpoints }: PathResult): string {
  return [...explanation, ...endpoints.map(({ pod, service }) => `${pod ?? ''} ${service ?? ''}`)].join('\n')
}

function line({ from, to, family, expect: wanted, status, cause, explanation }: PathResult): string {
  return `${from} -> ${to} ${family ?? ''} ${wanted}: ${status} ${cause ?? ''}: ${explanation.join(' / ')}`
}
