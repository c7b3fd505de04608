import { execFileSync, spawnSync } from 'node:child_process'
import { parse, type TestSuites } from 'junit2json'
import { expect, test } from 'vitest'
import { pathText } from '../../../runner/report/failed-path.ts'
import { junitReporter } from '../../../runner/report/junit.ts'
import { sanitize, sanitizeText } from '../../../runner/report/sanitize.ts'
import { signsOf } from '../../../runner/report/style.ts'
import { pathsByCause } from './causes.ts'
import { blockedPath, openPath, path, run, said } from './events.ts'
import { hostile } from './hostile.ts'

const junit = (events: Parameters<typeof said>[1], inconclusive: 'fail' | 'warn' = 'fail') =>
  said(junitReporter({ inconclusive }), events)

test('a suite per scenario, a case per path, with its place and its evidence', () => {
  const paths = [path(), openPath(), path({ scenario: 'nova', step: 'drift' })]
  expect(junit(run(paths))).toBe(`\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="crosscheck" tests="3" failures="1" errors="0" skipped="0" time="3.240">
  <testsuite name="shop" tests="2" failures="1" errors="0" skipped="0" time="0.004" timestamp="2026-11-21T02:13:05">
    <testcase name="ui → api" classname="shop" file="scenarios/shop/scenario.yaml" line="21" time="0.002"><system-out>seen: 10.96.0.12:4000: connected, 1.8 ms
source: shop-front/ui-crosscheck on n0, tested as deployment/ui</system-out></testcase>
    <testcase name="ui → pg" classname="shop" file="scenarios/shop/scenario.yaml" line="21" time="0.002"><failure message="expected blocked, saw open" type="open">open, but it must be blocked
policy shop-data/allow-api selects no pod: its podSelector asks for part-of=shop, which is on the Deployment and not on its pod template
add the label part-of=shop to spec.template.metadata.labels of shop-data/statefulset/postgres
why: the frontend must not reach the database
seen: 10.244.1.7:5432 (shop-data/postgres-0 on n1): connected, 3 of 3, 1.8 ms
DNS: pg.shop-data.svc.cluster.local is 10.96.0.31, asked 10.96.0.10
source: shop-front/ui-crosscheck on n0, tested as deployment/ui</failure></testcase>
  </testsuite>
  <testsuite name="nova" tests="1" failures="0" errors="0" skipped="0" time="0.002" timestamp="2026-11-21T02:13:05">
    <testcase name="ui → api" classname="nova.drift" file="scenarios/shop/scenario.yaml" line="21" time="0.002"><system-out>seen: 10.96.0.12:4000: connected, 1.8 ms
source: shop-front/ui-crosscheck on n0, tested as deployment/ui</system-out></testcase>
  </testsuite>
</testsuites>
`)
})

test('what is not known is an error, and skipped when it shall only warn', () => {
  const events = run([blockedPath({ status: 'inconclusive', cause: 'source_dead', seen: 'unknown' })])
  expect(junit(events)).toContain('<error message="expected blocked, not shown" type="source_dead">')
  expect(junit(events)).toContain('failures="0" errors="1" skipped="0"')
  expect(junit(events, 'warn')).toContain('<skipped message="expected blocked, not shown"/>')
  expect(junit(events, 'warn')).toContain('failures="0" errors="0" skipped="1"')
})

test('cases stand in the order of the files, in whatever order their paths ended', () => {
  const [head, fabric, ...rest] = run([path({ to: 'a' }), path({ to: 'b' })])
  const [first, second, last] = rest
  expect(junit([head!, fabric!, second!, first!, last!])).toMatch(/ui → a[\s\S]*ui → b/)
})

test('neither a prediction nor a skipped path is green', () => {
  const predicted = path({ status: 'predicted', predicted: { verdict: 'allow', evidence: ['no policy limits it'] } })
  const document = junit(run([predicted, path({ status: 'skipped', explanation: ['needs the internet'] })]))
  expect(document).toContain('<skipped message="expected allowed, predicted allow"/>')
  expect(document).toContain('<skipped message="needs the internet"/>')
})

const python = spawnSync('python3', ['-c', 'import xml.etree.ElementTree'])

test.skipIf(python.status !== 0)("another project's parser reads it, however hostile the names (needs python3)", () => {
  const paths = [
    ...Object.values(pathsByCause),
    ...hostile.map((text) => openPath({ from: text, scenario: text, why: text })),
  ]
  const program = `
import json, sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
print(json.dumps([[case.get("name"), [child.tag for child in case]] for case in root.iter("testcase")]))`
  const read = execFileSync('python3', ['-c', program], { input: junit(run(paths)) })
  const cases = JSON.parse(read.toString()) as [string, string[]][]
  expect(cases).toHaveLength(paths.length)
  expect(cases.every(([name, children]) => name.includes(' → ') && children.length === 1)).toBe(true)
})

// This parser reads an empty name as a number; a scenario always has a name.
const named = hostile.filter((text) => text.trim() !== '')

test.each(named)("another project's parser gives back every text as one harmless line: %j", async (text) => {
  const failed = openPath({ from: text, scenario: text, step: text, why: text, explanation: [text] })
  const unknown = blockedPath({ scenario: text, status: 'inconclusive', cause: 'source_dead', seen: 'unknown' })
  const skipped = path({ scenario: text, status: 'skipped', explanation: [text] })
  const read = (await parse(junit(run([failed, path({ scenario: text }), unknown, skipped])))) as TestSuites
  const shown = sanitizeText(text)
  expect(read).toMatchObject({ tests: 4, failures: 1, errors: 1, skipped: 1 })
  expect(read.testsuite).toMatchObject([{ name: shown, tests: 4, failures: 1, errors: 1, skipped: 1 }])
  const cases = read.testsuite![0]!.testcase!
  expect(cases.map(({ name, classname }) => [name, classname])).toEqual([
    [pathText(sanitize(failed), { signs: signsOf(true) }), `${shown}.${shown}`],
    ['ui → api', shown],
    ['ui → redis', shown],
    ['ui → api', shown],
  ])
  expect(cases[0]!.failure![0]!.inner!.split('\n')[0]).toBe(shown)
  expect(cases.map((each) => Object.keys(each).filter((key) => /failure|error|skipped|system/.test(key)))).toEqual([
    ['failure'],
    ['system-out'],
    ['error'],
    ['skipped'],
  ])
  expect(cases[3]!.skipped).toEqual([{ message: shown }])
})
