import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Identity } from '../../../fabric/fabric.ts'
import { worldWords } from '../../../runner/cli/world-words.ts'
import { fixLine } from '../../../runner/judge/fix-line.ts'
import type { PlannedPath } from '../../../runner/plan/planned-path.ts'
import { crosscheck } from './crosscheck.ts'
import { folderWith } from './folder.ts'
import { town } from './town.ts'

const place = { file: 'x', line: 1, column: 1 }
const planned = {
  source: { identity: { kind: 'like', namespace: 'front', workload: 'deployment/ui' } satisfies Identity },
  path: { target: { kind: 'http', url: "http://api.back/it's?a=1&b=2" } },
} as unknown as PlannedPath

test('a printed command names the world by the options that were typed, quoted for a shell', () => {
  const options = { filename: ['a b.yaml', '-'], kustomize: ['overlays/prod'], namespace: 'shop', kubernetes: '1.36' }
  expect(worldWords(options)).toEqual(["-f 'a b.yaml'", '-f -', '-k overlays/prod', '-n shop', '--kubernetes 1.36'])
  expect(worldWords({ context: 'kind staging', kubeconfig: 'k.conf' })).toEqual([
    "--context 'kind staging'",
    '--kubeconfig k.conf',
  ])
})

test('the command of a report quotes its ends and names the manifests of the scenario, or those of the command line', () => {
  const manifests = [{ path: "all's.yaml", place }]
  expect(fixLine(planned, { words: [], manifests, applied: [] })).toBe(
    "crosscheck explain front/deployment/ui 'http://api.back/it'\\''s?a=1&b=2' -f 'all'\\''s.yaml'",
  )
  expect(fixLine(planned, { words: ['--context kind-staging'], manifests: [], applied: [] })).toMatch(
    /2' --context kind-staging$/,
  )
})

test('explain ends with a command that works as it stands', async () => {
  const folder = await folderWith({ 'my town.yaml': town })
  const file = join(folder, 'my town.yaml')
  const { stdout } = await crosscheck(['explain', 'front/pod/ui', 'back/svc/db', '-f', file])
  expect(stdout).toContain(`\n  crosscheck check front/pod/ui back/svc/db --lab -f '${file}' --expect blocked\n`)
})

test('check prints a command with the manifests that it was given', async () => {
  const { stdout } = await crosscheck(
    ['check', 'front/pod/ui', 'back/svc/db', '--expect', 'open', '--lab', '-f', '-', '-o', 'json'],
    { input: town },
  )
  expect(JSON.parse(stdout).path.fix).toBe('crosscheck explain front/pod/ui tcp://db.back:5432 -f -')
})

test('the command after a step has the policies that steps have added, and there is none where files do not make the world', async () => {
  const policy = (name: string, app: string) => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {namespace: back, name: ${name}}
spec: {podSelector: {matchLabels: {app: ${app}}}}
`
  const scenario = `apiVersion: crosscheck.dev/v1alpha1
kind: Scenario
metadata: {name: steps}
spec:
  manifests: [town.yaml]
  sources: {ui: {namespace: front, as: pod/ui}}
  paths: []
  steps:
    - {name: close, apply: [added.yaml], paths: [{from: ui, to: 'tcp://db.back:5432', expect: allowed}]}
    - {name: close again, apply: [again.yaml], paths: [{from: ui, to: 'tcp://db.back:5432', expect: allowed}]}
`
  const cwd = await folderWith({
    ...{ 'town.yaml': town, 'scenario.yaml': scenario },
    ...{ 'added.yaml': policy('added', 'db'), 'again.yaml': `${policy('added', 'none')}---\n${policy('more', 'db')}` },
  })
  const { stdout } = await crosscheck(['run', '--lab', 'scenario.yaml', '-o', 'json'], { cwd })
  const [first, second] = (JSON.parse(stdout) as { paths: { fix: string | null; explanation: string }[] }).paths
  expect(first?.fix).toBe('crosscheck explain front/pod/ui tcp://db.back:5432 -f town.yaml -f added.yaml')
  const explained = await crosscheck(first!.fix!.split(' ').slice(1), { cwd })
  expect(explained.stdout).toContain('back/added')
  expect(second?.fix).toBe(null)
  expect(second?.explanation).toContain(
    '`crosscheck explain` does not see this: the manifests are without the change of step "close again"',
  )
})
