import { type CheckInput, checkSchema } from '../../checks/check.ts'
import type { Outcome } from '../../checks/outcome.ts'
import type { Fabric, Identity, Manifest } from '../../fabric/fabric.ts'

const { signal } = new AbortController()

/** A pod with one TCP port, in `default`. */
export function pod(name: string, { labels = {}, node, port = 8080 }: PodOptions = {}): Manifest {
  const container = {
    name: 'main',
    image: 'crosscheck',
    ports: [{ containerPort: port }, { containerPort: port, protocol: 'UDP' }],
  }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: name, ...labels } },
    spec: { containers: [container], ...(node === undefined ? {} : { nodeName: node }) },
  }
}

interface PodOptions {
  readonly labels?: Readonly<Record<string, string>>
  readonly node?: string
  readonly port?: number
}

/** A policy in `default` on the ingress of the pods labelled `app`. */
export function ingressPolicy(name: string, app: string, from: readonly unknown[] = []): Manifest {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: 'default' },
    spec: {
      podSelector: { matchLabels: { app } },
      policyTypes: ['Ingress'],
      ingress: from.length === 0 ? [] : [{ from }],
    },
  }
}

/** The pod of this name in `default`, as a source. */
export const as = (name: string): Identity => ({ kind: 'pod', namespace: 'default', name })

/** The addresses of a pod in `default`. */
export async function addressesOf(fabric: Fabric, name: string): Promise<readonly string[]> {
  return (await fabric.world(signal)).pods.find((each) => each.namespace === 'default' && each.name === name)!.addresses
}

/** What one check from a source sees; 700 ms unless the check says otherwise. */
export async function see(fabric: Fabric, from: Identity, check: CheckInput): Promise<Outcome> {
  const probe = await fabric.probe(from, signal)
  if ('unavailable' in probe) throw new Error(probe.unavailable)
  for await (const { outcome } of probe.run([checkSchema.parse({ deadlineMs: 700, ...check })], signal)) return outcome
  throw new Error('no observation came')
}

/** What a TCP connection from a source to a pod's first address (or that of a family) sees. */
export async function connectSocket(
  fabric: Fabric,
  from: Identity,
  to: string,
  { port = 8080, family = 4 } = {},
): Promise<string> {
  const host = (await addressesOf(fabric, to)).find((address) => address.includes(':') === (family === 6))!
  return (await see(fabric, from, { kind: 'tcp', host, port })).reason
}

export { signal }
