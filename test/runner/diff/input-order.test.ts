import { describe, expect, it } from 'vitest'
import { readManifests } from '../../../fabric/manifests/read.ts'
import { applied } from '../../../runner/diff/input-order.ts'

const read = (...texts: string[]) => readManifests([{ file: 'all.yaml', text: texts.join('\n---\n') }]).objects
const livePod = `
apiVersion: v1
kind: Pod
metadata:
  namespace: x
  name: web-5d4f-abcde
  labels: { app: web, tier: old, pod-template-hash: 5d4f }
  ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: web-5d4f, uid: u, controller: true }]
spec: { nodeName: n1, containers: [{ name: c, image: i }] }
status: { phase: Running, podIP: 10.1.1.1 }`
const deployment = (replicas: number) => `
apiVersion: apps/v1
kind: Deployment
metadata: { namespace: x, name: web }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web, tier: front } }
    spec: { containers: [{ name: c, image: i, ports: [{ containerPort: 80 }] }] }`
const policy = (name: string, namespace = 'x') => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { namespace: ${namespace}, name: ${name} }
spec: { podSelector: {} }`
const contentOf = ([object]: ReturnType<typeof read>) => object!.value

describe('a cluster after manifests were applied', () => {
  it('has the pods that it had, with what their template says now', () => {
    const { objects } = applied(read(livePod), read(deployment(3)))
    expect(objects.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['Pod web-5d4f-abcde'])
    expect(contentOf([...objects])).toMatchObject({
      metadata: { labels: { app: 'web', tier: 'front', 'pod-template-hash': '5d4f' } },
      spec: { nodeName: 'n1', containers: [{ ports: [{ containerPort: 80 }] }] },
      status: { podIP: '10.1.1.1' },
    })
  })

  it('has new workloads, and none of the pods of those scaled to nothing', () => {
    expect(applied([], read(deployment(2))).objects.map(({ kind }) => kind)).toEqual(['Deployment'])
    expect(applied(read(livePod), read(deployment(0))).objects.filter(({ kind }) => kind === 'Pod')).toEqual([])
  })

  it('keeps the labels of a namespace that others gave, and loses those that were applied and are not any more', () => {
    const last = JSON.stringify({ metadata: { labels: { team: 'red', env: 'dev' } } })
    const live = `
apiVersion: v1
kind: Namespace
metadata:
  name: x
  labels: { team: red, env: dev, pod-security: strict }
  annotations: { kubectl.kubernetes.io/last-applied-configuration: '${last}' }`
    const given = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: x, labels: { team: blue } }'
    const { metadata } = contentOf([...applied(read(live), read(given)).objects]) as { metadata: { labels: object } }
    expect(metadata.labels).toEqual({ team: 'blue', 'pod-security': 'strict' })
  })

  it('keeps the addresses and NodePorts of a Service', () => {
    const head = 'apiVersion: v1\nkind: Service\nmetadata: { namespace: x, name: web }\nspec:\n  type: NodePort\n'
    const live = `${head}  clusterIP: 10.96.0.7\n  ports: [{ port: 80, nodePort: 30080, protocol: TCP }]`
    const { spec } = contentOf([
      ...applied(read(live), read(`${head}  ports: [{ port: 80, targetPort: 8080 }, { port: 81 }]`)).objects,
    ]) as { spec: object }
    expect(spec).toMatchObject({
      clusterIP: '10.96.0.7',
      ports: [{ port: 80, targetPort: 8080, nodePort: 30_080 }, { port: 81 }],
    })
  })

  it('names the policies of these namespaces that the manifests leave out', () => {
    const live = read(policy('a'), policy('b'), policy('c', 'elsewhere'))
    const { objects, left } = applied(live, read(policy('a')))
    expect(left.map(({ name }) => name)).toEqual(['b'])
    expect(objects).toHaveLength(3)
  })
})
