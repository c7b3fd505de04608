import { expect, it } from 'vitest'
import { lintGithub } from '../../lint/report/github.ts'
import { lintJson } from '../../lint/report/json.ts'
import { lintJsonSchema } from '../../lint/report/json-schema.ts'
import { lintSarif } from '../../lint/report/sarif.ts'
import type { Finding } from '../../lint/rule.ts'
import { rules } from '../../lint/rules.ts'
import { lintText } from './linted.ts'

const service = `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: web}
  ports: [{port: "80"}]
`
const findings = lintText(service, rules, '/repo/apps/our shop/a.yaml')
const odd: Finding = {
  ...{ rule: 'unknown-host', severity: 'info', message: '100%\nsure', object: '', edits: [] },
  place: { file: 'a,b:c.yaml', line: 2, column: 3 },
  fix: 'none',
}

const linted = (all: readonly Finding[]) => ({ findings: all, ignored: 0, withheld: [], alternatives: [] })

it('prints the documented JSON, and its schema names the same keys', () => {
  const document = JSON.parse(lintJson(linted([...findings, odd]), { passedOver: [], unreadable: [] })) as {
    findings: Record<string, unknown>[]
  }
  expect(document.findings[1]).toEqual({
    ...{ rule: 'quoted-port', severity: 'error', file: '/repo/apps/our shop/a.yaml', line: 6, column: 18 },
    ...{ object: 'Service shop/web', fix: 'write port: 80' },
    message: 'port: "80" is a text, and no name of a port either: the API server refuses it',
  })
  const { properties, required } = (lintJsonSchema() as { properties: { findings: { items: Item } } }).properties
    .findings.items
  expect(Object.keys(document.findings[1] ?? {}).toSorted()).toEqual(Object.keys(properties).toSorted())
  expect(required).toEqual(['rule', 'severity', 'message', 'file', 'line', 'column', 'object'])
})

interface Item {
  readonly properties: object
  readonly required: readonly string[]
}

it('prints SARIF 2.1.0 as GitHub code scanning reads it: relative URIs, rules by index, levels, fingerprints', () => {
  const sarif = JSON.parse(lintSarif([...findings, odd], { rules, version: '1.2.3', cwd: '/repo' })) as Sarif
  expect(sarif).toMatchObject({ version: '2.1.0', $schema: 'https://json.schemastore.org/sarif-2.1.0.json' })
  const [run] = sarif.runs
  expect(run.tool.driver).toMatchObject({ name: 'crosscheck', version: '1.2.3' })
  expect(run.tool.driver.rules.map(({ id }) => id)).toEqual(rules.map(({ id }) => id))
  expect(run.results.map(({ level }) => level)).toEqual(['note', 'error', 'note'])
  for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex]?.id).toBe(ruleId)
  expect(run.results[1]?.locations).toEqual([
    {
      physicalLocation: {
        artifactLocation: { uri: 'apps/our%20shop/a.yaml', uriBaseId: '%SRCROOT%' },
        region: { startLine: 6, startColumn: 18 },
      },
      logicalLocations: [{ fullyQualifiedName: 'Service shop/web', kind: 'object' }],
    },
  ])
  expect(run.results[2]).not.toHaveProperty('locations.0.logicalLocations')
})

it('gives a finding the same fingerprint after it moved, and two alike in one file different ones', () => {
  const prints = (texts: readonly Finding[]) =>
    (JSON.parse(lintSarif(texts, { rules, version: '1', cwd: '/' })) as Sarif).runs[0].results.map(
      ({ partialFingerprints }) => partialFingerprints['crosscheck/v1'],
    )
  const moved = lintText(`# a comment\n${service}`, rules, '/repo/apps/our shop/a.yaml')
  expect(prints(moved)).toEqual(prints(findings))
  const twice = [odd, { ...odd, place: { ...odd.place, line: 9 } }]
  expect(new Set(prints(twice)).size).toBe(2)
})

interface Sarif {
  readonly version: string
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } }
      readonly results: readonly {
        readonly ruleId: string
        readonly ruleIndex: number
        readonly level: string
        readonly locations: readonly unknown[]
        readonly partialFingerprints: Readonly<Record<string, string>>
      }[]
    },
  ]
}

it('prints workflow commands of GitHub with their signs escaped', () => {
  expect(lintGithub([odd])).toBe(
    '::notice file=a%2Cb%3Ac.yaml,line=2,col=3,title=unknown-host::100%25%0Asure%0Afix: none\n',
  )
  expect(
    lintGithub(findings)
      .split('\n')
      .map((line) => line.slice(0, 9)),
  ).toEqual(['::notice ', '::error f', ''])
})
