import { describe, expect, it } from 'vitest'
import { crosscheck } from '../runner/cli/crosscheck.ts'
import { folderWith } from '../runner/cli/folder.ts'

/** The findings in a folder, each as `file:line severity rule`, and what was printed. */
async function lint(files: Readonly<Record<string, string>>, ...args: string[]) {
  const folder = await folderWith(files)
  const { stdout } = await crosscheck(['lint', folder, ...args])
  const out = stdout.replaceAll(`${folder}/`, '')
  const found = out.split('\n').flatMap((line) => {
    const parts = /^(\S+:\d+):\d+: (\w+): .* \[([\w-]+)\]$/.exec(line)
    return parts === null ? [] : [parts.slice(1).join(' ')]
  })
  return { out, found }
}

const rendering = (...lines: string[]) =>
  ['apiVersion: kustomize.config.k8s.io/v1beta1', 'kind: Kustomization', ...lines, ''].join('\n')

const database = (name: string, port: number, label = 'store') => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  selector: {matchLabels: {app: ${label}}}
  template:
    metadata: {labels: {app: ${label}}}
    spec: {containers: [{name: db, image: "${name}:1", ports: [{containerPort: ${port}}]}]}
---
`
const service = (name: string, port: number, nodePort?: number) => `apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec:
  type: ${nodePort === undefined ? 'ClusterIP' : 'NodePort'}
  selector: {app: store}
  ports: [{port: ${port}, targetPort: ${port}${nodePort === undefined ? '' : `, nodePort: ${nodePort}`}}]
---
`
const policy = (name: string) => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}}
spec: {podSelector: {matchLabels: {app: store}}, ingress: [{from: [{podSelector: {}}]}]}
---
`

describe('a workload without a selector', () => {
  const bare = `apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec: {containers: [{name: api, image: "api:1"}]}
`
  it.each([
    ['commonLabels', 'commonLabels: {app: api}'],
    ['labels for selectors too', 'labels: [{includeSelectors: true, pairs: {app: api}}]'],
    ['a patch', 'patches: [{target: {kind: Deployment}, patch: "- {op: add, path: /spec/selector, value: {}}"}]'],
    ['a component', 'components: [../labels]'],
  ])('is a part of a kustomization that gives it one by %s', async (_, line) => {
    const files = { 'base/api.yaml': bare, 'base/kustomization.yaml': rendering('resources: [api.yaml]', line) }
    expect((await lint(files)).found).toEqual([])
  })

  it('may get it from a kustomization around that of its folder', async () => {
    const files = {
      'base/api.yaml': bare,
      'base/kustomization.yaml': rendering('resources:', '- api.yaml'),
      'prod/kustomization.yaml': rendering('resources: [../base]', 'commonLabels: {app: api}'),
    }
    expect((await lint(files)).found).toEqual([])
  })

  it('is refused where a kustomization gives it none', async () => {
    const plain = rendering('resources: [api.yaml]', 'namespace: shop', 'labels: [{pairs: {app: api}}]')
    const { found } = await lint({ 'base/api.yaml': bare, 'base/kustomization.yaml': plain })
    expect(found).toContain('base/api.yaml:4 error invalid-object')
  })

  it('is refused where no kustomization renders it', async () => {
    const other = rendering('resources: [other.yaml]', 'commonLabels: {app: api}')
    const files = { 'a/api.yaml': bare, 'b/kustomization.yaml': other, 'b/other.yaml': service('store', 80) }
    expect((await lint(files)).found).toContain('a/api.yaml:4 error invalid-object')
  })
})

describe('overlays of which a cluster gets one', () => {
  const base = {
    'base/api.yaml': database('api', 80, 'api'),
    'base/kustomization.yaml': rendering('resources: [api.yaml]'),
  }
  const overlay = (name: string, content: string): Record<string, string> => ({
    [`overlays/${name}/all.yaml`]: content,
    [`overlays/${name}/kustomization.yaml`]: rendering('namespace: shop', 'resources: [../../base, all.yaml]'),
  })
  const both = {
    'both/kustomization.yaml': rendering('resources: [../overlays/one, ../overlays/two]'),
  }
  const twice = (one: string, two = one): Record<string, string> => ({
    ...base,
    ...overlay('one', one),
    ...overlay('two', two),
  })

  it.each([
    [
      'service-of-two-workloads',
      twice(database('mysql', 3306) + service('mysql', 3306), database('postgres', 5432) + service('postgres', 5432)),
    ],
    ['redundant-policy', twice(policy('mysql'), policy('postgres'))],
    ['duplicate-node-port', twice(service('mysql', 3306, 30_006), service('postgres', 5432, 30_006))],
    [
      'host-network-pod-selected',
      twice(policy('mysql'), database('postgres', 5432).replace('{containers', '{hostNetwork: true, containers')),
    ],
    [
      'except-opened-again',
      twice(
        policy('mysql').replace('podSelector: {}}', 'ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}'),
        policy('postgres').replace('podSelector: {}}', 'ipBlock: {cidr: 0.0.0.0/0}}'),
      ),
    ],
  ])('give no %s, and do where they are rendered together', async (rule, files) => {
    const named = [rule, 'invalid-object'].join(',')
    expect((await lint(files, '--select', named)).found).toEqual([])
    const { found } = await lint({ ...files, ...both }, '--select', named)
    expect(found.join('\n')).toContain(rule)
  })

  it('may give a Namespace other labels each', async () => {
    const namespace = (labels: string) =>
      `apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {${labels}}}\n`
    const files = twice(namespace('mesh: "on", tier: a'), namespace('tier: b'))
    expect((await lint(files, '--select', 'invalid-object')).found).toEqual([])
    const { out } = await lint({ ...files, ...both })
    expect(out).toContain('here without mesh')
  })

  it('in namespaces of their own are no alternatives: a cluster may have both', async () => {
    const files = twice(service('a', 80, 30_006), service('b', 80, 30_006))
    const apart = files['overlays/two/kustomization.yaml']!.replace('namespace: shop', 'namespace: till')
    const { found } = await lint(
      { ...files, 'overlays/two/kustomization.yaml': apart },
      '--select',
      'duplicate-node-port',
    )
    expect(found).toEqual(['overlays/two/all.yaml:7 error duplicate-node-port'])
  })
})

it('a selector to which a kustomization adds labels does not select what lies outside of it', async () => {
  const files = {
    'logs/all.yaml': database('logs', 3100) + service('logs', 3100),
    'logs/kustomization.yaml': rendering('resources: [all.yaml]', 'commonLabels: {part: logs}'),
    'metrics/all.yaml': database('metrics', 9090),
    'metrics/kustomization.yaml': rendering('resources: [all.yaml]', 'commonLabels: {part: metrics}'),
    'kustomization.yaml': rendering('resources: [logs, metrics]', 'namespace: shop'),
  }
  const rule = 'service-of-two-workloads'
  expect((await lint(files, '--select', rule)).found).toEqual([])
  const same = { ...files, 'logs/kustomization.yaml': rendering('resources: [all.yaml]') }
  expect((await lint(same, '--select', rule)).found).toEqual([`logs/all.yaml:15 warning ${rule}`])
})

describe('a Namespace that is given twice', () => {
  const first = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {mesh: "on"}}\n---\n'
  const second = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n'
  it('loses all labels by a second without any in the same folder', async () => {
    const { out } = await lint({
      'a.yaml': first,
      'b.yaml': second + policy('a').replace('name: a', 'name: a, namespace: shop'),
    })
    expect(out).toContain(
      'b.yaml:1:1: warning: Namespace shop is given twice, first at a.yaml:1:1, and here without mesh:',
    )
  })
  it('may be a bare one in every folder that lives in it', async () => {
    expect((await lint({ 'a/all.yaml': first, 'b/all.yaml': second })).found).toEqual([])
  })
})

it('dumps of a folder may have addresses in common: each is of its own time', async () => {
  const pod = (name: string, status: string) => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: shop}
spec: {nodeName: n1, containers: [{name: a, image: "a:1"}]}
status: {phase: Running, hostIP: 192.0.2.1, ${status}}
`
  const files = {
    'crash.yaml': pod('crash', 'podIP: 172.17.0.9'),
    'pending.yaml': pod('pending', 'podIP: 172.17.0.9'),
    'ready.yaml': pod('ready', 'podIP: 172.17.0.9, podIPs: [{ip: 172.17.0.9}]'),
  }
  expect((await lint(files, '--select', 'invalid-object')).found).toEqual([])
  const { out } = await lint({ 'all.yaml': `${files['crash.yaml']}---\n${files['ready.yaml']}` })
  expect(out).toContain('address 172.17.0.9 is already that of Pod shop/crash')
})

it('what differs by the version is said once at a place', async () => {
  const web = (
    image: string,
    maker: string,
  ) => `${database('web', 80, 'web').replace('web:1', image)}${service('store', 80)}
apiVersion: example.com/v1
kind: ${maker}
metadata: {name: m}
`
  const { found } = await lint(
    { 'dev.yaml': web('web:2', 'Made'), 'prod.yaml': web('web:3', 'Other'), 'store.yaml': policy('p') },
    '--select',
    'policy-selects-no-pod',
  )
  expect(found).toEqual(['store.yaml:4 info policy-selects-no-pod'])
})

describe('objects that name no namespace', () => {
  const withHost = (namespace: string) => `apiVersion: batch/v1
kind: Job
metadata: {name: migrate${namespace}}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: a, image: "a:1", env: [{name: DB_HOST, value: store}]}]
---
`
  const files = {
    'base/store.yaml': service('store', 80) + database('store', 80),
    'base/kustomization.yaml': rendering('resources: [store.yaml]'),
    'prod/job.yaml': withHost(', namespace: shop'),
    'prod/kustomization.yaml': rendering('namespace: shop', 'resources: [../base, job.yaml]'),
  }
  const rule = 'short-name-across-namespaces'

  it('are where their kustomization puts them', async () => {
    expect((await lint(files, '--select', `${rule},unknown-host`)).found).toEqual([])
  })

  it('are in none that is known where two kustomizations put them into different ones', async () => {
    const two = { ...files, 'test/kustomization.yaml': rendering('namespace: test', 'resources: [../base]') }
    expect((await lint(two, '--select', rule)).found).toEqual([])
    const plain = { 'store.yaml': files['base/store.yaml'], 'job.yaml': files['prod/job.yaml'] }
    expect((await lint(plain, '--select', rule)).found).toEqual([`job.yaml:8 error ${rule}`])
  })
})
