import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { runFile } from './run-files.ts'

const folder = 'scenarios/conformance'
const files = readdirSync(folder).filter((name) => /^(?!fresh).*\.yaml$/.test(name))

/** Paths of each scenario, steps included. A number that falls says that something is not asserted any more. */
const rows: Readonly<Record<string, number>> = {
  'dual-stack.yaml': 38,
  'ip-blocks.yaml': 42,
  'isolation.yaml': 130,
  'labels.yaml': 101,
  'peers.yaml': 181,
  'ports.yaml': 110,
  'traffic.yaml': 67,
}

describe('the conformance pack', () => {
  it('has its scenarios, each with its number of paths', () => {
    expect(files).toEqual(Object.keys(rows))
  })

  it.each(files)('%s holds in the lab, path by path', async (file) => {
    const { problems, results } = await runFile(`${folder}/${file}`)
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
    const wrong = results.filter(({ status, cause }) => status !== 'pass' || cause !== undefined)
    expect(wrong.map(({ from, to, step, why, explanation }) => [step, from, to, why, ...explanation])).toEqual([])
    expect(results.length).toBe(rows[file])
  })

  it('asserts each of the 66 rules, or says why it does not', () => {
    const asserted = files.flatMap((file) => numbersOf(readFileSync(`${folder}/${file}`, 'utf8'), /"rule (\d+):/g))
    const readme = readFileSync(`${folder}/README.md`, 'utf8').split('Not asserted here:')[1] ?? ''
    const left = numbersOf(readme, /(?<=^\| [\d, ]*)(\d+)(?=[\d, ]* \|)/gm)
    expect(
      [...asserted, ...left].filter((rule, at, all) => all.indexOf(rule) === at).toSorted((a, b) => a - b),
    ).toEqual(Array.from({ length: 66 }, (_, index) => index + 1))
    expect(left.filter((rule) => asserted.includes(rule))).toEqual([])
  })
})

function numbersOf(text: string, pattern: RegExp): number[] {
  return [...text.matchAll(pattern)].map(([, digits]) => Number(digits))
}
