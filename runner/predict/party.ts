import type { Family } from '../../checks/vantage.ts'
import type { Identity, Probe } from '../../fabric/fabric.ts'
import { podsOfWorkload } from '../../fabric/workloads.ts'
import type { World } from '../../fabric/world.ts'
import type { Party } from '../../policy/engine/query.ts'
import { familyOf } from '../plan/dial.ts'

/** Stands for the world outside where the runner's own address is not known (RFC 5737, RFC 3849). */
const somewhere: Readonly<Record<Family, string>> = { 4: '198.51.100.1', 6: '2001:db8::1' }

/** Who the engine is asked about: the pod that a source is, or would be. Undefined where nothing of it is known. */
export function partyOf(
  identity: Identity,
  family: Family,
  { world, probe }: { world: World; probe: Probe | undefined },
): Party | undefined {
  if (probe?.pod !== undefined) return { kind: 'given', pod: probe.pod }
  switch (identity.kind) {
    case 'outside':
      return {
        kind: 'address',
        address: probe?.addresses.find((each) => familyOf(each) === family) ?? somewhere[family],
      }
    case 'node':
      return { kind: 'node', name: identity.node }
    case 'namespace':
      return { kind: 'given', pod: plainPod(identity, world) }
    case 'like':
    case 'as': {
      const pods = podsOfWorkload(identity.namespace, identity.workload, world)
      const pod = pods.find(({ node }) => identity.node === undefined || node === identity.node)
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

/** A probe as it would be: no policy knows its address, only its namespace and labels. */
function plainPod({ namespace, labels = {}, node }: Extract<Identity, { kind: 'namespace' }>, world: World) {
  const where = node ?? world.nodes[0]?.name ?? ''
  const own = { 'crosscheck.dev/owned': 'true' }
  return {
    namespace,
    name: 'crosscheck',
    labels: { ...labels, ...own },
    addresses: ['192.0.2.1', '2001:db8:1::1'],
    hostNetwork: false,
    node: where,
    ports: [],
  }
}
