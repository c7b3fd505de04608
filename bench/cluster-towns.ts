import { exitCode, image } from './cluster-run.ts'

type Fields = Readonly<Record<string, unknown>>

const scenario = (name: string, spec: Fields): Fields => ({
  apiVersion: 'crosscheck.dev/v1alpha1',
  kind: 'Scenario',
  metadata: { name },
  spec,
})
const namespaced = (namespace: string) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
})
const namespace = (name: string): Fields => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

function deployment(key: string, ports: readonly number[]): Fields {
  const [space, app] = key.split('/')
  const container = {
    name: 'app',
    image,
    imagePullPolicy: 'IfNotPresent',
    args: ['listen', '--tcp', ports.join(',')],
    ports: ports.map((containerPort) => ({ containerPort })),
    readinessProbe: { tcpSocket: { port: ports[0] }, periodSeconds: 1 },
  }
  const spec = { automountServiceAccountToken: false, terminationGracePeriodSeconds: 1, containers: [container] }
  const template = { metadata: { labels: { app } }, spec }
  const metadata = { namespace: space, name: app }
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { selector: { matchLabels: { app } }, template } }
}

function admitting(space: string, peer: Fields): Fields {
  const spec = { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [peer] }] }
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { namespace: space, name: 'in' }, spec }
}

/** The objects on the cluster, and the paths to check. */
export interface Town {
  readonly namespaces: readonly string[]
  readonly objects: readonly Fields[]
  readonly scenario: Fields
  /** Each path as `kubectl` would check it: from a workload, and the labels of a fresh pod. */
  readonly ways: readonly { readonly from: string; readonly to: string; readonly open: boolean }[]
}

/** Three workloads in three namespaces under two policies: nine paths, four of them blocked. */
export function nine(): Town {
  const apps = ['web', 'api', 'db'] as const
  const space = (app: string) => `crosscheck-bench-${app}`
  const open = new Set(['web web', 'api web', 'db web', 'web api', 'api db'])
  const ways = apps.flatMap((from) => apps.map((to) => ({ from, to, open: open.has(`${from} ${to}`) })))
  const service = (app: string): Fields => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: space(app), name: app },
    spec: { selector: { app }, ports: [{ port: 80, targetPort: 8080 }] },
  })
  return {
    namespaces: apps.map(space),
    objects: [
      ...apps.flatMap((app) => [namespace(space(app)), deployment(`${space(app)}/${app}`, [8080]), service(app)]),
      admitting(space('api'), namespaced(space('web'))),
      admitting(space('db'), namespaced(space('api'))),
    ],
    scenario: scenario('nine', {
      sources: Object.fromEntries(apps.map((app) => [app, { namespace: space(app), like: `deployment/${app}` }])),
      targets: Object.fromEntries(apps.map((app) => [app, `tcp://${app}.${space(app)}:80`])),
      paths: ways.map(({ from, to, open: isOpen }) => ({ from, to, expect: isOpen ? 'allowed' : 'blocked' })),
    }),
    ways: ways.map(({ from, to, open: isOpen }) => ({
      from: `${space(from)}/${from}`,
      to: `${to}.${space(to)}`,
      open: isOpen,
    })),
  }
}

/** Nine workloads with four ports each in three namespaces. Two of the namespaces allow connections from one other. */
export function grid(): Town {
  const spaces = ['one', 'two', 'three'].map((each) => `crosscheck-bench-grid-${each}`)
  const [first = '', second = '', third = ''] = spaces
  return {
    namespaces: spaces,
    objects: [
      ...spaces.map(namespace),
      ...spaces.flatMap((space) =>
        ['a', 'b', 'c'].map((app) => deployment(`${space}/${app}`, [8001, 8002, 8003, 8004])),
      ),
      admitting(second, namespaced(first)),
      admitting(third, namespaced(second)),
    ],
    scenario: {},
    ways: [],
  }
}

const ports = Array.from({ length: 10 }, (_, index) => 8001 + index)

/** Many sources with different labels in one namespace, and targets that are ports of five pods. Every second source is allowed. */
export function many(sources: number, targets: number): Town {
  const [asking, asked] = ['crosscheck-bench-asking', 'crosscheck-bench-asked']
  const apps = Array.from({ length: Math.ceil(targets / ports.length) }, (_, index) => `app-${index}`)
  const names = Array.from({ length: sources }, (_, index) => `s${index}`)
  const urls = apps.flatMap((app) => ports.map((port) => `${asked}/deployment/${app}:${port}`)).slice(0, targets)
  const peer = { ...namespaced(asking), podSelector: { matchLabels: { side: 'even' } } }
  const side = (index: number) => (index % 2 === 0 ? 'even' : 'odd')
  return {
    namespaces: [asking, asked],
    objects: [
      namespace(asking),
      namespace(asked),
      admitting(asked, peer),
      ...apps.map((app) => deployment(`${asked}/${app}`, ports)),
    ],
    scenario: scenario('many', {
      sources: Object.fromEntries(
        names.map((name, index) => [name, { namespace: asking, labels: { app: name, side: side(index) } }]),
      ),
      paths: names.flatMap((from, index) =>
        urls.map((to) => ({ from, to, family: 4, expect: index % 2 === 0 ? 'allowed' : 'blocked' })),
      ),
    }),
    ways: [],
  }
}

/** Creates the objects on the cluster and waits until the pods are ready. */
export async function build({ objects, namespaces }: Town): Promise<void> {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
  if ((await exitCode('kubectl', ['apply', '-f', '-'], list)) !== 0) throw new Error('kubectl apply failed')
  for (const each of namespaces)
    await exitCode('kubectl', ['-n', each, 'rollout', 'status', 'deployment', '--timeout=180s'])
}

export async function raze({ namespaces }: Town): Promise<void> {
  await exitCode('kubectl', ['delete', 'namespace', '--wait=false', ...namespaces])
}
