import type { Family } from '../../checks/vantage.ts'
import type { Identity, Probe } from '../../fabric/fabric.ts'
import { ownedLabel } from '../../fabric/owned.ts'
import { podsOfIdentity, podsOfWorkload, representativeOf } from '../../fabric/workloads.ts'
import type { Pod, World } from '../../fabric/world.ts'
import type { QueryEnd } from '../../policy/engine/query.ts'
import type { PolicyPod } from '../../policy/engine/world.ts'
import { type AddressDestination, familyOf } from '../plan/planned-check.ts'

/** Addresses that represent the outside world if the runner's address is unknown (RFC 5737, RFC 3849). */
export const standInAddresses: Readonly<Record<Family, string>> = { 4: '198.51.100.1', 6: '2001:db8::1' }

/** The end of the engine's query for a source: its pod, or the pod that would be created for it. Undefined if nothing about the source is known. */
export function queryEndOf(
  identity: Identity,
  family: Family,
  { world, probe }: { world: World; probe: Probe | undefined },
): QueryEnd | undefined {
  if (probe?.pod !== undefined) return { kind: 'given', pod: probe.pod }
  switch (identity.kind) {
    case 'outside':
      return {
        kind: 'address',
        address: isOwnAddress(probe)
          ? (probe.addresses.find((each) => familyOf(each) === family) ?? standInAddresses[family])
          : standInAddresses[family],
      }
    case 'node':
      return { kind: 'node', name: identity.node }
    case 'namespace':
      return { kind: 'given', pod: plainPod(identity, world) }
    case 'like':
    case 'as': {
      const pods = podsOfIdentity(identity, world)
      const pod = representativeOf(pods) ?? pods[0]
      return pod && { kind: 'given', pod }
    }
    case 'pod':
      return { kind: 'pod', namespace: identity.namespace, name: identity.name }
    case 'inside':
      return { kind: 'pod', namespace: identity.namespace, name: identity.pod }
    default:
      return identity satisfies never
  }
}

/** Whether a probe has the addresses of its source. Without such a probe the addresses of a client outside the cluster are unknown. */
export function isOwnAddress(probe: Probe | undefined): probe is Probe {
  return probe !== undefined && probe.standIn !== true
}

/** The same as policies see it in a run. A clone of several replicas connects to the replicas too, so it is a different pod from each of them. */
export function sourceEndOf(
  identity: Identity,
  family: Family,
  { world, probe }: { world: World; probe: Probe | undefined },
): QueryEnd | undefined {
  const queryEnd = queryEndOf(identity, family, { world, probe })
  const isReplica = identity.kind === 'like' && podsOfWorkload(identity.namespace, identity.workload, world).length > 1
  if (!isReplica || probe !== undefined || queryEnd?.kind !== 'given' || queryEnd.pod.hostNetwork) return queryEnd
  return { kind: 'given', pod: { ...queryEnd.pod, name: `${queryEnd.pod.name} (clone)` } }
}

/** The pod of a source, or the pod that would be created for it, with its DNS settings; undefined for a source that is not a pod. */
export function podOf(
  identity: Identity,
  { world, probe }: { world: World; probe: Probe | undefined },
): Pod | undefined {
  if (probe?.pod !== undefined) return probe.pod
  const queryEnd = queryEndOf(identity, 4, { world, probe })
  if (queryEnd?.kind === 'pod')
    return world.pods.find(({ namespace, name }) => namespace === queryEnd.namespace && name === queryEnd.name)
  if (queryEnd?.kind !== 'given') return undefined
  const { pod } = queryEnd
  return world.pods.find((each) => each === pod) ?? { ...plain, ...pod }
}

/** The fields of a described pod, such as a probe, other than its labels. */
const plain = {
  uid: '',
  workload: { kind: 'Pod', name: 'crosscheck' },
  ready: true,
  serviceAccount: 'default',
  dnsPolicy: 'ClusterFirst',
  hostAliases: [],
  restarts: 0,
} as const satisfies Partial<Pod>

/**
 * Whether a destination is the source itself. A pod always reaches itself (docs/semantics.md#rule-53), so only the other endpoints show whether a
 * path is blocked.
 */
export function isItself(destination: AddressDestination, own: QueryEnd | undefined): boolean {
  if (destination.kind !== 'pod' || destination.pod.hostNetwork) return false
  const source = own?.kind === 'given' ? own.pod : own?.kind === 'pod' ? own : undefined
  return source?.namespace === destination.pod.namespace && source.name === destination.pod.name
}

/** A probe as it would be created. Its namespace and labels are known; its addresses are in the pod network. */
function plainPod({ namespace, labels = {}, node }: Extract<Identity, { kind: 'namespace' }>, world: World): PolicyPod {
  const neighbour = world.pods.find((pod) => !pod.hostNetwork && (node === undefined || pod.node === node))
  return {
    namespace,
    name: 'crosscheck',
    hostNetwork: false,
    ports: [],
    labels: { ...labels, [ownedLabel]: 'true' },
    node: node ?? neighbour?.node ?? '',
    addresses: neighbour?.addresses.map(besides) ?? Object.values(standInAddresses),
  }
}

/** The last address of the same network. */
function besides(address: string): string {
  return address.replace(/[^.:]*$/, address.includes(':') ? 'fffe' : '254')
}
