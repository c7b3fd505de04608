import type { Governed } from '../foreign/governed.ts'
import { matchesSelector } from '../selector.ts'
import type { Direction, Labels } from '../types.ts'
import type { Compiled } from './compiled.ts'
import { rulingOf, type Verdict } from './decide.ts'
import type { ForeignPolicy } from './foreign-policies.ts'
import { governing } from './governing.ts'
import type { Path } from './path.ts'
import type { PodActor } from './subjects.ts'
import type { ForeignObject, PolicyService } from './world.ts'

/**
 * Returns the objects that can reverse the verdict on a connection. A denial is final if one end denies the connection and no such object
 * can allow it there. An allowed connection is final if no such object can deny it.
 */
export function overriding(path: Path, verdict: Verdict, compiled: Compiled): readonly ForeignObject[] {
  if (compiled.foreign.length === 0) return []
  const assumptions = { profile: compiled.profile, flipped: 0, consulted: 0 }
  const context = { labelling: compiled.labelling, assumptions }
  const sides = (['egress', 'ingress'] as const).map((direction) => ({
    ruling: rulingOf(direction, path, { compiled, context }),
    isolated: isIsolated(direction, path, compiled),
    own: withoutMoot(
      compiled.foreign.filter(({ governed }) => governs(governed, direction, path, compiled)),
      path,
    ),
  }))
  // A connection from a pod to its own address does not leave the pod's network namespace.
  if (sides.every(({ ruling }) => ruling.by === 'loopback')) return []
  if (verdict === 'deny') {
    const openers = sides
      .filter(({ ruling }) => !ruling.allowed)
      .map(({ own }) => own.filter(({ governed }) => governed.effect === 'either'))
    return openers.some((own) => own.length === 0) ? [] : objectsOf(openers.flat())
  }
  return objectsOf(
    sides.flatMap(({ isolated, own }) =>
      own.filter(({ governed }) => governed.effect !== 'deny unless isolated' || !isolated),
    ),
  )
}

function isIsolated(direction: Direction, { from, to }: Path, compiled: Compiled): boolean {
  const { actor } = direction === 'egress' ? from : to
  return actor.kind === 'pod' && governing(actor, compiled).isolated[direction]
}

/** Distinguishes pods by the policies that the engine does not evaluate: the content of each one that may apply to the pod. */
export function foreignText(pod: PodActor, compiled: Compiled): string {
  const own = compiled.foreign.filter(({ governed }) => governsPod(governed, pod, compiled))
  return own
    .map(({ governed }) => JSON.stringify(governed))
    .toSorted()
    .join()
}

function objectsOf(policies: readonly ForeignPolicy[]): readonly ForeignObject[] {
  return [...new Set(policies.map(({ object }) => object))]
}

/** If one policy allows every connection, other allow policies of its kind deny nothing. */
function withoutMoot(policies: readonly ForeignPolicy[], { port }: Path): readonly ForeignPolicy[] {
  const isOpen = policies.some(
    ({ governed: { allowsAll } }) => allowsAll === 'every port' || allowsAll?.includes(port) === true,
  )
  return isOpen ? policies.filter(({ governed: { allowsAll } }) => allowsAll === undefined) : policies
}

function governs(governed: Governed, direction: Direction, path: Path, compiled: Compiled): boolean {
  const { directions, protocols, ports, beyondPods } = governed
  if (!directions.includes(direction)) return false
  if (protocols?.includes(path.protocol) === false || ports?.includes(path.port) === false) return false
  if (beyondPods === true && path.to.actor.kind === 'pod') return false
  const { actor } = direction === 'egress' ? path.from : path.to
  switch (actor.kind) {
    case 'external':
      return direction === 'ingress' && governed.outside === true
    case 'host':
      return governed.nodes === true || (actor.pod !== undefined && governsPod(governed, actor.pod, compiled))
    case 'pod':
      return governsPod(governed, actor, compiled)
    default:
      return actor satisfies never
  }
}

function governsPod(governed: Governed, { space, labels }: PodActor, { world }: Compiled): boolean {
  const { namespaces, pods, waypointsOf } = governed
  const isIn = namespaces === 'all' || namespaces.includes(space.name)
  if (isIn && (pods === undefined || matchesSelector(pods, labels.labels))) return true
  if (waypointsOf === undefined) return false
  const uses = (own: Labels) => own[waypointLabel] === waypointsOf
  const isBehind = ({ namespace, waypointNamespace }: PolicyService) =>
    namespace === space.name && waypointNamespace === waypointsOf
  return uses(labels.labels) || uses(space.labels.labels) || (world.services ?? []).some(isBehind)
}

/**
 * Label on a pod, its namespace or its Service: traffic to it goes through the waypoint of another namespace
 * (istio.io/latest/docs/ambient/usage/waypoint).
 */
const waypointLabel = 'istio.io/use-waypoint-namespace'

/** Whether an object can isolate pods of a namespace. */
export function mayGovern({ namespaces }: Governed, namespace: string): boolean {
  return namespaces === 'all' || namespaces.includes(namespace)
}
