import { readFileSync } from 'node:fs'
import { json } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { Identity } from '../../../../fabric/fabric.ts'
import { MissingRights } from '../../../../fabric/kubernetes/rights/missing-rights.ts'
import { createPreflight } from '../../../../fabric/kubernetes/rights/preflight.ts'
import {
  type Right,
  rightsOfCanary,
  rightsOfResidents,
  rightsOfSource,
  rightsOnNodes,
} from '../../../../fabric/kubernetes/rights/rights.ts'
import { against, status } from '../api-server.ts'

const { signal } = new AbortController()
const identities: Identity[] = [
  { kind: 'namespace', namespace: 'team' },
  ...['deployment', 'statefulset', 'daemonset', 'replicaset', 'job', 'cronjob', 'pod'].map(
    (word): Identity => ({ kind: 'like', namespace: 'team', workload: `${word}/x` }),
  ),
  { kind: 'pod', namespace: 'team', name: 'x' },
]

interface Role {
  readonly kind: string
  readonly rules?: readonly {
    readonly apiGroups: readonly string[]
    readonly resources: readonly string[]
    readonly verbs: readonly string[]
  }[]
}

/** `verb group/resource` of everything that a manifest grants, by the kind of role. */
function granted(file: string): string[] {
  const roles = parseAllDocuments(readFileSync(`deploy/rbac/${file}`, 'utf8')).map((each) => each.toJS() as Role)
  const rights = roles.flatMap(({ rules = [] }) =>
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
      ),
    ),
  )
  return [...new Set(rights)].toSorted()
}
const textOf = ({ verb, group, resource }: Right) => `${verb} ${group}/${resource}`

test.each([
  [
    'r1-resident.yaml',
    [...rightsOfResidents('team', ['probe-0']), ...rightsOfCanary({ namespace: 'c', kind: 'standing' })],
    [],
  ],
  [
    'r2-probes.yaml',
    [...identities.flatMap(rightsOfSource), ...rightsOnNodes('c'), ...rightsOfCanary({ namespace: 'c', kind: 'lent' })],
    // Pods that may not be watched are listed again and again.
    ['watch /pods'],
  ],
  [
    'r3-controls.yaml',
    [
      ...[...identities, { kind: 'as', namespace: 'team', workload: 'pod/x' } as const].flatMap(rightsOfSource),
      ...rightsOfCanary({ namespace: 'c', kind: 'lent' }),
    ],
    ['get metrics.k8s.io/pods', 'watch /pods'],
  ],
])('%s grants what a run asks for, and beyond reading nothing else', (file, demanded, more) => {
  const grants = granted(file)
  const wanted = new Set(demanded.map(textOf))
  expect([...wanted].filter((each) => !grants.includes(each))).toEqual([])
  const read = new Set(granted('r0-read.yaml'))
  expect(grants.filter((each) => !wanted.has(each) && !read.has(each))).toEqual(more)
})

test('R0 only reads', () => {
  expect(granted('r0-read.yaml').filter((each) => !/^(get|list) /.test(each))).toEqual([])
})

/** An API server whose rules grant nothing, and whose authorizer grants what the test says. */
function authorizer(allows: (asked: Record<string, string>) => boolean, rules = 200) {
  const reviews: string[] = []
  const server = against((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (request.method === 'GET') return response.end('{"items":[]}')
      const { spec } = JSON.parse(Buffer.concat(chunks).toString()) as {
        spec: { resourceAttributes: Record<string, string> }
      }
      reviews.push(request.url!.split('/').at(-1)!)
      if (request.url!.endsWith('rulesreviews'))
        return response
          .writeHead(rules)
          .end(rules === 200 ? '{"status":{"resourceRules":[],"incomplete":true}}' : status(rules, 'Forbidden', 'no'))
      return response.end(JSON.stringify({ status: { allowed: allows(spec.resourceAttributes) } }))
    })
  })
  return { server, reviews }
}
const preflightOf = async (server: ReturnType<typeof authorizer>['server']) =>
  createPreflight(
    {
      ...{ client: await server, namespaces: new Set(['made']), residentCanary: undefined },
      residents: { pods: new Map(), tokens: new Map(), probes: new Map() },
    },
    { user: 'jane', canaryNamespace: 'crosscheck-canary-1' },
  )

test('tells all that is missing at once, a line for each kind and namespace, with the subject as the API server knows it', async () => {
  const { server } = authorizer(({ resource, verb }) => resource !== 'pods' || verb === 'list')
  const preflight = await preflightOf(server)
  const missing = preflight({ identities: [{ kind: 'namespace', namespace: 'team' }], objects: [] }, signal)
  const { lines } = (await missing.catch((error: unknown) => error)) as MissingRights
  const verbs = '--verb=create,patch,get,delete --resource=pods'
  expect(lines).toEqual([
    `kubectl create role crosscheck-pods-create-patch-get-delete -n team ${verbs} && kubectl create rolebinding crosscheck-pods-create-patch-get-delete -n team --role=crosscheck-pods-create-patch-get-delete --user='jane'`,
    `kubectl create role crosscheck-pods-portforward-get-create -n team --verb=get,create --resource=pods/portforward && kubectl create rolebinding crosscheck-pods-portforward-get-create -n team --role=crosscheck-pods-portforward-get-create --user='jane'`,
    `kubectl create clusterrole crosscheck-pods-create-patch-get-delete ${verbs} && kubectl create clusterrolebinding crosscheck-pods-create-patch-get-delete --clusterrole=crosscheck-pods-create-patch-get-delete --user='jane'`,
    `kubectl create clusterrole crosscheck-pods-portforward-get-create --verb=get,create --resource=pods/portforward && kubectl create clusterrolebinding crosscheck-pods-portforward-get-create --clusterrole=crosscheck-pods-portforward-get-create --user='jane'`,
  ])
})

test('a node as a source takes a namespace of the run, and its rights are told with those of all others', async () => {
  const { server } = authorizer(({ resource }) => resource !== 'namespaces')
  const preflight = await preflightOf(server)
  const missing = preflight({ identities: [{ kind: 'node', node: 'n1' }], objects: [] }, signal)
  const { lines } = (await missing.catch((error: unknown) => error)) as MissingRights
  expect(lines.map((line) => line.replace(/ && .*/, ''))).toEqual([
    'kubectl create clusterrole crosscheck-namespaces-create-patch-get-delete --verb=create,patch,get,delete --resource=namespaces',
  ])
})

test('believes an authorizer that tells no rules', async () => {
  const { server, reviews } = authorizer(() => true)
  const preflight = await preflightOf(server)
  await preflight({ identities: [{ kind: 'namespace', namespace: 'team' }], objects: [] }, signal)
  expect(reviews).toContain('selfsubjectaccessreviews')
})

test('asks for the rules of each namespace once, while it looks for resident probes', async () => {
  const both = Promise.withResolvers<void>()
  const spaces: string[] = []
  const client = await against((request, response) => {
    if (request.method === 'GET') return void both.promise.then(() => response.end('{"items":[]}'))
    return void json(request).then((body) => {
      const { spec } = body as { spec: { namespace?: string } }
      if (spec.namespace !== undefined) spaces.push(spec.namespace)
      if (spaces.length === 2) both.resolve()
      response.end('{"status":{"allowed":true}}')
    })
  })
  const preflight = await preflightOf(Promise.resolve(client))
  await preflight({ identities: [{ kind: 'namespace', namespace: 'team' }], objects: [] }, signal)
  expect(spaces.toSorted()).toEqual(['crosscheck-canary-1', 'team'])
})

test('where rules may not be asked for each right is', async () => {
  const { server } = authorizer(() => false, 403)
  const preflight = await preflightOf(server)
  const asked = preflight({ identities: [{ kind: 'namespace', namespace: 'team' }], objects: [] }, signal)
  await expect(asked).rejects.toThrow(MissingRights)
})

test('asks nothing of a namespace that the run made', async () => {
  const { server } = authorizer(({ namespace }) => namespace !== 'made')
  const preflight = await preflightOf(server)
  await preflight({ identities: [{ kind: 'like', namespace: 'made', workload: 'deployment/x' }], objects: [] }, signal)
})

test('a rehearsal needs rights of the whole cluster, because its namespaces are not there yet', async () => {
  const { server } = authorizer(({ resource }) => resource !== 'deployments')
  const preflight = await preflightOf(server)
  const metadata = { namespace: 'shop', name: 'web' }
  const objects = [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata },
    { apiVersion: 'v1', kind: 'Secret', metadata },
  ]
  await expect(preflight({ identities: [], objects }, signal)).rejects.toThrow(
    '  kubectl create clusterrole crosscheck-deployments-create-patch-get --verb=create,patch,get --resource=deployments.apps && ',
  )
})
