import { namedBy } from '../../fabric/lookup/host-lookup.ts'
import { namespaceIn } from '../../fabric/lookup/namespace-of-host.ts'
import { whyUnread } from '../../fabric/unread.ts'
import type { World } from '../../fabric/world.ts'
import type { ReachedTarget } from '../scenario/model.ts'
import type { Aims, Gap } from './unresolved-target.ts'

/** What seems to be missing may only be hidden: then a name is judged by what its source makes of it, as one beyond the cluster is. */
export function withUnread(aims: Aims, target: ReachedTarget, namespace: string | undefined, world: World): Aims {
  const { gap } = aims
  const why = gap === undefined || gap.hidden === true ? undefined : whyHidden(gap, target, namespace, world)
  if (gap === undefined || why === undefined) return aims
  const sentence = `${gap.sentence}, as far as could be read: ${why}`
  return { ...aims, gap: { cause: 'external_name', sentence, hidden: true } }
}

function whyHidden(
  { cause }: Gap,
  target: ReachedTarget,
  namespace: string | undefined,
  world: World,
): string | undefined {
  if (cause === 'no_such_name' && 'host' in target)
    return whyUnread('Service', namespaceIn(target.host) ?? namespace, world) ?? whyUnread('Pod', namespace, world)
  if (cause === 'target_gone' && target.kind === 'pods') return whyUnread('Pod', target.pods.namespace, world)
  if (cause !== 'no_endpoints' || !('host' in target)) return undefined
  const named = namedBy(target.host, namespace, world)
  if (named.kind !== 'service') return undefined
  const { service } = named
  return whyUnread(service.selector === undefined ? 'EndpointSlice' : 'Pod', service.namespace, world)
}
