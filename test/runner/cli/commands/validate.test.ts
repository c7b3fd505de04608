import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { crosscheck } from '../crosscheck.ts'
import { folderWith } from '../folder.ts'

const scenario = (name: string, more = '') => `apiVersion: crosscheck.dev/v1alpha1
kind: Scenario
metadata: { name: ${name} }
spec:
  manifests: [manifests/]
  ${more}
  paths: [{ from: team/deploy/a, to: 'tcp://b.team:80', expect: allowed }]
`
const team = `apiVersion: apps/v1
kind: Deployment
metadata: { namespace: team, name: a }
spec:
  selector: { matchLabels: { app: a } }
  template: { metadata: { labels: { app: a } }, spec: { containers: [{ name: c, image: i }] } }
---
apiVersion: v1
kind: Service
metadata: { namespace: team, name: b }
spec: { selector: { app: a }, ports: [{ port: 80 }] }
`
const policy = (port: string) => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { namespace: team, name: p }
spec: { podSelector: {}, ingress: [{ ports: [{ port: ${port} }] }] }
`

test('the scenarios of this repository are valid: what one rule of the conformance pack is about alone is warned of', async () => {
  const { code, stdout, stderr } = await crosscheck(['validate'])
  expect(code).toBe(0)
  const warned = stderr.split('\n').filter((line) => line.includes(': warning: '))
  expect(warned.map((line) => /NetworkPolicy (\S+):/.exec(line)?.[1])).toEqual([
    'conformance-x/rule-10-egress',
    'conformance-x/rule-10-ingress',
  ])
  expect(stdout).toMatch(/^valid: \d+ scenarios, \d+ paths, \d+ objects; 0 errors, 2 warnings\n$/)
})

test('mistakes in scenarios, in their manifests and in those of their steps are told at once', async () => {
  const step =
    'steps: [{ name: later, apply: [later.yaml], paths: [{ from: team/deploy/a, to: "tcp://b.team:80", expect: blocked }] }]'
  const folder = await folderWith({
    'a/scenario.yaml': scenario('a', step),
    'a/manifests/policy.yaml': policy('"80"'),
    'a/later.yaml': policy('70000'),
    'b/scenario.yaml': scenario('b', 'manifest: [x]'),
  })
  const { code, stdout, stderr } = await crosscheck(['validate', folder])
  expect(code).toBe(2)
  expect(stderr).toContain(
    `${folder}/a/manifests/policy.yaml:4:54: error: NetworkPolicy team/p: spec.ingress[0].ports[0].port: `,
  )
  expect(stderr).toContain(`${folder}/a/later.yaml:4:54: error: NetworkPolicy team/p: spec.ingress[0].ports[0].port: `)
  expect(stderr).toContain(`${folder}/b/scenario.yaml:6:3: error: `)
  expect(stderr).toContain('did you mean manifests?')
  expect(stderr).toContain(`${folder}/b/scenario.yaml:5:15: error: `)
  const files = stderr.split('\n').flatMap((line) => /\/([ab]\/\w+)[^ ]*: error/.exec(line)?.[1] ?? [])
  expect(files).toEqual(['a/later', 'a/manifests', 'b/scenario', 'b/scenario'])
  expect(stdout).toBe('invalid: 1 scenario, 2 paths, 2 objects; 4 errors, 0 warnings\n')
})

test('json names what was read and every problem with its place', async () => {
  const folder = await folderWith({ 'scenario.yaml': scenario('a'), 'manifests/policy.yaml': policy('0') })
  const { code, stdout } = await crosscheck(['validate', folder, '-o', 'json', '-o', `text=${folder}/out/line.txt`])
  expect(code).toBe(2)
  expect(JSON.parse(stdout)).toEqual({
    valid: false,
    scenarios: [{ name: 'a', file: `${folder}/scenario.yaml`, paths: 1 }],
    objects: 1,
    problems: [
      {
        severity: 'error',
        message: expect.stringContaining('spec.ingress[0].ports[0].port'),
        place: { file: `${folder}/manifests/policy.yaml`, line: 4, column: 54 },
      },
    ],
  })
  expect(await readFile(`${folder}/out/line.txt`, 'utf8')).toMatch(/^invalid: 1 scenario/)
})

test('what a newer API server refuses is refused when it is asked for', async () => {
  const block = 'spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.5/24 } }] }] }'
  const folder = await folderWith({
    'scenario.yaml': scenario('a'),
    'manifests/policy.yaml': policy('80').replace(/spec:.*/, block),
    'manifests/team.yaml': team,
  })
  const [older, newer] = await Promise.all([
    crosscheck(['validate', folder]),
    crosscheck(['validate', folder, '--kubernetes', '1.36']),
  ])
  expect([older.code, newer.code]).toEqual([0, 2])
  expect(older.stderr).toMatch(/policy.yaml:4:\d+: warning: /)
  expect(newer.stderr).toMatch(/policy.yaml:4:\d+: error: /)
})

test('variables are set, and a setting without a value is a mistake', async () => {
  const folder = await folderWith({
    'scenario.yaml': scenario('a', 'variables: { port: null }').replace(':80', ':$\u007bport}'),
  })
  const without = await crosscheck(['validate', `${folder}/scenario.yaml`, '--set', 'port'])
  expect(without).toMatchObject({ code: 2, stderr: 'crosscheck: error: --set port: expected NAME=VALUE\n' })
  const { stderr } = await crosscheck(['validate', folder, '--set', 'port=no'])
  expect(stderr).toContain('scenario.yaml:7:38: error: expected host:port, got "b.team:no"')
})
