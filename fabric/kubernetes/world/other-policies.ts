import type { ManifestObject } from '../../manifests/object.ts'
import type { Unread } from '../../world.ts'
import { isStatus } from '../api/api-error.ts'
import type { Client } from '../api/client.ts'
import { listObjects } from '../api/objects.ts'
import type { Resource } from '../api/resources.ts'
import { toObject } from './live-world.ts'
import { projected } from './project.ts'

const of = (apiVersion: string, kind: string, plural = `${kind.slice(0, -1).toLowerCase()}ies`): Resource => ({
  apiVersion,
  kind,
  plural,
  namespaced: true,
})

/**
 * Kinds other than NetworkPolicy that affect packets: those of SIG Network, of network plugins and of meshes. All are
 * listed over all namespaces.
 */
const kinds: readonly Resource[] = [
  of('policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy'),
  of('policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy'),
  of('policy.networking.k8s.io/v1alpha1', 'BaselineAdminNetworkPolicy'),
  of('cilium.io/v2', 'CiliumNetworkPolicy'),
  of('cilium.io/v2', 'CiliumClusterwideNetworkPolicy'),
  of('crd.projectcalico.org/v1', 'NetworkPolicy'),
  of('crd.projectcalico.org/v1', 'GlobalNetworkPolicy'),
  of('crd.antrea.io/v1beta1', 'NetworkPolicy'),
  of('crd.antrea.io/v1beta1', 'ClusterNetworkPolicy'),
  of('k8s.ovn.org/v1', 'EgressFirewall', 'egressfirewalls'),
  of('crd.projectcalico.org/v1', 'HostEndpoint', 'hostendpoints'),
  of('security.istio.io/v1', 'AuthorizationPolicy'),
  of('security.istio.io/v1', 'PeerAuthentication', 'peerauthentications'),
  of('policy.linkerd.io/v1alpha1', 'AuthorizationPolicy'),
  of('policy.linkerd.io/v1beta1', 'Server', 'servers'),
]

/**
 * Objects of those kinds that a cluster serves. Kinds that cannot be listed are added to `unread`, and may override any
 * prediction.
 */
export async function readOtherPolicies(
  client: Client,
  unread: Unread[],
  signal: AbortSignal,
): Promise<readonly ManifestObject[]> {
  const served = await versionsServed(client, signal)
  const present = kinds.filter(({ apiVersion }) => served.has(apiVersion))
  const lists = present.map(async (resource) => {
    try {
      const found = await listObjects(client, { resource, keep: projected('NetworkPolicy') }, signal)
      return found.flatMap((live) => toObject(live, resource) ?? [])
    } catch (error) {
      if (isStatus(error, 401, 403)) unread.push({ kind: resource.kind, group: groupOf(resource), why: error.message })
      else if (!isStatus(error, 404)) throw error
      return []
    }
  })
  return (await Promise.all(lists)).flat()
}

function groupOf({ apiVersion }: Resource): string {
  return apiVersion.slice(0, apiVersion.indexOf('/'))
}

/** API discovery, which every authenticated user may read. Without it no other kind is known. */
async function versionsServed(client: Client, signal: AbortSignal): Promise<ReadonlySet<string>> {
  try {
    const answer = (await client.send({ method: 'GET', path: '/apis' }, signal)) as Discovery
    return new Set((answer.groups ?? []).flatMap(({ versions }) => versions.map((each) => each.groupVersion)))
  } catch (error) {
    if (!isStatus(error, 401, 403, 404)) throw error
    return new Set()
  }
}

interface Discovery {
  readonly groups?: readonly { readonly versions: readonly { readonly groupVersion: string }[] }[]
}
