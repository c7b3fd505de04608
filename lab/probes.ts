import type { Identity, Probe, Unavailable } from '../fabric/fabric.ts'
import { podsOfIdentity, representativeOf } from '../fabric/workloads.ts'
import type { World } from '../fabric/world.ts'
import type { Connection } from './connection.ts'
import { outside, podKey } from './layout.ts'
import type { Source } from './protocol.ts'

type SettledIdentity = Exclude<Identity, { kind: 'namespace' }>

/** A probe for an identity that exists in the lab. A workload is represented by its first ready pod. */
export function settledProbe(identity: SettledIdentity, world: World, connection: Connection): Probe | Unavailable {
  switch (identity.kind) {
    case 'outside': {
      const at = { identity, node: undefined, addresses: outside.addresses, standIn: true } as const
      return { ...at, run: running({ kind: 'outside' }, connection) }
    }
    case 'node': {
      const node = world.nodes.find(({ name }) => name === identity.node)
      if (node === undefined) return { unavailable: `there is no node ${identity.node}` }
      const at = { identity, node: node.name, addresses: node.addresses }
      return { ...at, run: running({ kind: 'node', node: node.name }, connection) }
    }
    case 'pod':
      return inPod(identity, identity.name, { world, connection })
    case 'inside':
      return inPod(identity, identity.pod, { world, connection })
    case 'like':
    case 'as': {
      const { namespace, workload, node } = identity
      const pod = representativeOf(podsOfIdentity(identity, world))
      if (pod === undefined)
        return { unavailable: `${namespace}/${workload} has no pod${node === undefined ? '' : ` on ${node}`}` }
      const probe = inPod(identity, pod.name, { world, connection })
      return 'unavailable' in probe ? probe : { ...probe, note: `tested in its pod ${pod.name}` }
    }
    default:
      return identity satisfies never
  }
}

function inPod(
  identity: Extract<Identity, { readonly namespace: string }>,
  name: string,
  { world, connection }: { readonly world: World; readonly connection: Connection },
): Probe | Unavailable {
  const key = podKey({ namespace: identity.namespace, name })
  const pod = world.pods.find((each) => podKey(each) === key)
  if (pod === undefined) return { unavailable: `there is no pod ${key}` }
  if (pod.addresses.length === 0) return { unavailable: `the pod ${key} has no address yet` }
  const at = { identity, pod, node: pod.node, addresses: pod.addresses }
  return { ...at, run: running({ kind: 'pod', pod: key }, connection) }
}

function running(source: Source, connection: Connection): Probe['run'] {
  return (checks, signal) => connection.run({ kind: 'run', source, checks }, signal)
}
