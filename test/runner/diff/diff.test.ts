import { describe, expect, it } from 'vitest'
import { createAllocator } from '../../../fabric/manifests/allocator.ts'
import { readManifests } from '../../../fabric/manifests/read.ts'
import { buildWorld } from '../../../fabric/manifests/world.ts'
import { type Changes, changesBetween } from '../../../runner/diff/changes.ts'
import { changesSchema } from '../../../runner/diff/json-schema.ts'
import { crosscheck } from '../cli/crosscheck.ts'
import { folderWith } from '../cli/folder.ts'

const deployment = (name: string, replicas = 1, labels = `{app: ${name}}`) => `---
apiVersion: apps/v1
kind: Deployment
metadata: {namespace: x, name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template: {metadata: {labels: ${labels}}, spec: {containers: [{name: c, image: i, ports: [{containerPort: 80}]}]}}
`
const space = '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n'
const policy = (spec: string, name = 'p') => `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {namespace: x, name: ${name}}
spec: ${spec}
`
const base = space + deployment('web', 2) + deployment('db') + policy('{podSelector: {matchLabels: {app: db}}}')
const opened =
  base +
  policy('{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}', 'q')

function changes(before: string, after: string): Changes {
  const allocator = createAllocator()
  const [was, is] = [before, after].map((text) => {
    const { objects, problems } = readManifests([{ file: 'all.yaml', text }])
    const built = buildWorld(objects, { allocator })
    expect([...problems, ...built.problems]).toEqual([])
    return built.world
  })
  const found = changesBetween(was!, is!)
  changesSchema.parse(found)
  return found
}

const told = (list: Changes['opens']) =>
  list.map(
    ({ from, to, port, before, after, pods, ofPods }) => `${from} ${to}:${port} ${before}>${after} ${pods}/${ofPods}`,
  )

describe('changes between two sets of manifests', () => {
  it('are folded to workloads', () => {
    const { opens, closes, unclear } = changes(base, opened)
    expect(told(opens)).toEqual(['x/web x/db:80 deny>allow 2/2'])
    expect([closes, unclear]).toEqual([[], []])
    expect(told(changes(opened, base).closes)).toEqual(['x/web x/db:80 allow>deny 2/2'])
  })

  it('are none for other names, orders, comments and numbers of replicas', () => {
    const other = policy('{policyTypes: [Ingress], podSelector: {matchLabels: {app: db}}}', 'other')
    const same = `# a comment\n${deployment('db', 3)}${other}${space}${deployment('web', 1)}`
    expect(changes(base, same)).toEqual({ opens: [], closes: [], unclear: [] })
  })

  it('call a workload that is new, or gone, absent', () => {
    const more = base + deployment('job')
    expect(told(changes(base, more).opens)).toContain('x/job x/web:80 absent>allow 2/2')
    expect(told(changes(base, more).opens).join()).not.toContain('x/job x/db:80')
    expect(told(changes(more, base).closes)).toContain('x/web x/job:80 allow>absent 2/2')
  })

  it('are neither opened nor closed where they are not certain before or after', () => {
    const mesh = `---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {namespace: x, name: mesh}
spec: {endpointSelector: {matchLabels: {app: db}}, ingress: [{fromEndpoints: [{matchLabels: {app: web}}]}]}
`
    const open = space + deployment('web', 2) + deployment('db')
    const doubtful = changes(open, open + mesh)
    expect([doubtful.opens, doubtful.closes]).toEqual([[], []])
    expect(told(doubtful.unclear)).toContain('x/web x/db:80 allow>undefined 2/2')
    const certain = changes(open + mesh, open)
    expect([certain.opens, certain.closes]).toEqual([[], []])
    expect(told(certain.unclear)).toContain('x/web x/db:80 undefined>allow 2/2')
  })

  it('see labels of pods and namespaces, and the world outside, and no assumed pod', () => {
    const shut = policy('{podSelector: {matchLabels: {tier: data}}}', 'tier')
    const labelled = space + deployment('web', 2) + deployment('db', 1, '{app: db, tier: data}') + shut
    const free = labelled.replace('tier: data}}, spec', 'tier: other}}, spec')
    expect(told(changes(labelled, free).opens)).toEqual([
      'outside x/db:80 deny>allow 1/1',
      'x/web x/db:80 deny>allow 2/2',
    ])
  })
})

describe('crosscheck diff', () => {
  it('exits with 0 without changes, 1 with some, and 2 for what cannot be read', async () => {
    const folder = await folderWith({ 'a.yaml': base, 'b.yaml': opened, 'c.yaml': 'kind: [' })
    const none = await crosscheck(['diff', `${folder}/a.yaml`, `${folder}/a.yaml`])
    expect(none).toEqual({ code: 0, stderr: '', stdout: 'no path changes\n' })
    const some = await crosscheck(['diff', `${folder}/a.yaml`, `${folder}/b.yaml`])
    expect(some).toEqual({
      ...{ code: 1, stderr: '' },
      stdout: 'opens:\n  x/web  ->  x/db:80/TCP\n\nthis change opens 1 path and closes 0 paths\n'.replace(
        '->',
        some.stdout.includes('→') ? '→' : '->',
      ),
    })
    const wrong = await crosscheck(['diff', `${folder}/a.yaml`, `${folder}/c.yaml`])
    expect([wrong.code, wrong.stdout]).toEqual([2, ''])
  })

  it('prints what a script reads', async () => {
    const folder = await folderWith({ 'a.yaml': base })
    const { code, stdout } = await crosscheck(['diff', `${folder}/a.yaml`, '-', '-o', 'json'], { input: opened })
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toEqual({
      opens: [
        { from: 'x/web', to: 'x/db', port: 80, protocol: 'TCP', before: 'deny', after: 'allow', pods: 2, ofPods: 2 },
      ],
      closes: [],
      unclear: [],
    })
  })
})
