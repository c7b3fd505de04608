import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { crosscheck } from '../cli/crosscheck.ts'
import { folderWith } from '../cli/folder.ts'

const deployment = (namespace: string, name: string, port: number) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace, name } },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name, image: 'x', ports: [{ containerPort: port }] }] },
    },
  },
})
const closed = (namespace: string, app: string) => ({
  ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { namespace, name: `${app}-closed` } },
  spec: { podSelector: { matchLabels: { app } }, policyTypes: ['Ingress'] },
})
const mesh = {
  ...{ apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { namespace: 'town', name: 'web' } },
  spec: { selector: { matchLabels: { app: 'web' } }, rules: [{ from: [{ source: { namespaces: ['gate'] } }] }] },
}
const objects = [
  ...['town', 'store'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
  ...[deployment('town', 'web', 8080), deployment('town', 'api', 9000), deployment('store', 'db', 5432)],
  ...[closed('town', 'api'), mesh],
]
const files = (all: readonly object[]) => all.map((each) => stringify(each)).join('---\n')
const scenario = files([
  {
    ...{ apiVersion: 'crosscheck.dev/v1alpha1', kind: 'Scenario', metadata: { name: 'town' } },
    spec: {
      manifests: ['all.yaml'],
      sources: {
        web: { namespace: 'town', like: 'deployment/web' },
        db: { namespace: 'store', like: 'deployment/db' },
      },
      paths: [
        { from: 'web', to: 'store/deploy/db:5432', expect: 'allowed' },
        { from: 'web', to: 'town/deploy/api:9000', expect: 'blocked' },
        { from: 'db', to: 'town/deploy/web:8080', expect: 'allowed' },
      ],
    },
  },
])

test('an AuthorizationPolicy leaves open only who reaches the pods that it selects, in every command', async () => {
  const cwd = await folderWith({ 'all.yaml': files(objects), 'scenario.yaml': scenario })
  const matrix = await crosscheck(['matrix', '--predict', '-f', 'all.yaml', '-o', 'json'], { cwd })
  const { cells } = JSON.parse(matrix.stdout) as {
    cells: { from: string; to: string; predicted: string; detail?: string }[]
  }
  expect(cells.map(({ from, to, predicted }) => `${from} -> ${to}: ${predicted}`).toSorted()).toEqual([
    'store/db-1 -> town/api-1: deny',
    'store/db-1 -> town/web-1: undefined',
    'town/api-1 -> store/db-1: allow',
    'town/api-1 -> town/web-1: undefined',
    'town/web-1 -> store/db-1: allow',
    'town/web-1 -> town/api-1: deny',
  ])
  expect(cells.flatMap(({ detail }) => detail ?? [])).toEqual(
    Array.from({ length: 2 }, () => 'AuthorizationPolicy town/web may decide otherwise'),
  )

  const run = await crosscheck(['run', '--predict', 'scenario.yaml', '-o', 'json'], { cwd })
  const { paths } = JSON.parse(run.stdout) as {
    paths: { status: string; explanation: string; predicted: { verdict: string } }[]
  }
  expect(paths.map(({ status, predicted }) => [status, predicted.verdict])).toEqual([
    ['predicted', 'allow'],
    ['predicted', 'deny'],
    ['inconclusive', 'undefined'],
  ])
  expect(paths[2]?.explanation).toContain('no prediction: AuthorizationPolicy town/web may decide otherwise')

  const explained = async (from: string, to: string) =>
    (await crosscheck(['explain', from, to, '-f', 'all.yaml'], { cwd })).stdout.split('\n')[0]
  expect(await explained('store/deploy/db', 'town/deploy/web:8080')).toMatch(
    /: not known: AuthorizationPolicy town\/web may decide otherwise$/,
  )
  expect(await explained('store/deploy/db', 'town/deploy/api:9000')).toMatch(/: policies block it$/)
  expect(await explained('town/deploy/web', 'store/deploy/db:5432')).toMatch(/: policies let it through$/)
})

test('diff says which paths an AuthorizationPolicy leaves open', async () => {
  const cwd = await folderWith({
    'before.yaml': files(objects.filter((each) => each !== mesh)),
    'after.yaml': files(objects),
  })
  const { stdout } = await crosscheck(['diff', 'before.yaml', 'after.yaml', '-o', 'json'], { cwd })
  const changes = JSON.parse(stdout) as Record<'opens' | 'closes' | 'unclear', { to: string; after: string }[]>
  const { opens, closes, unclear } = changes
  expect([opens, closes]).toEqual([[], []])
  expect(new Set(unclear.map(({ to, after }) => `${to} ${after}`))).toEqual(new Set(['town/web undefined']))
  expect(unclear).toHaveLength(3)
})
