import { lookUpHost } from '../../fabric/lookup/host-lookup.ts'
import { namespaceIn } from '../../fabric/lookup/namespace-of-host.ts'
import { whyUnread } from '../../fabric/unread.ts'
import type { World } from '../../fabric/world.ts'
import type { ReachedTarget } from '../scenario/model.ts'
import type { TargetDestinations, UnresolvedTarget } from './unresolved-target.ts'

/** A missing object may only be unreadable. The name is then judged by how the source resolves it, like an external name. */
export function withUnread(
  destinations: TargetDestinations,
  target: ReachedTarget,
  namespace: string | undefined,
  world: World,
): TargetDestinations {
  const { unresolvedTarget } = destinations
  const why =
    unresolvedTarget === undefined || unresolvedTarget.hidden === true
      ? undefined
      : whyHidden(unresolvedTarget, target, namespace, world)
  if (unresolvedTarget === undefined || why === undefined) return destinations
  const sentence = `${unresolvedTarget.sentence}, as far as could be read: ${why}`
  return { ...destinations, unresolvedTarget: { cause: 'external_name', sentence, hidden: true } }
}

function whyHidden(
  { cause }: UnresolvedTarget,
  target: ReachedTarget,
  namespace: string | undefined,
  world: World,
): string | undefined {
  if (cause === 'no_such_name' && 'host' in target)
    return whyUnread('Service', namespaceIn(target.host) ?? namespace, world) ?? whyUnread('Pod', namespace, world)
  if (cause === 'target_gone' && target.kind === 'pods') return whyUnread('Pod', target.pods.namespace, world)
  if (cause !== 'no_endpoints' || !('host' in target)) return undefined
  const named = lookUpHost(target.host, namespace, world)
  if (named.kind !== 'service') return undefined
  const { service } = named
  return whyUnread(service.selector === undefined ? 'EndpointSlice' : 'Pod', service.namespace, world)
}
