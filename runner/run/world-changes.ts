import { isDeepStrictEqual } from 'node:util'
import type { Pod, PolicyVersion, World } from '../../fabric/world.ts'
import { asNow, type Probes } from '../observe/probes.ts'
import type { Destination } from '../plan/planned-check.ts'
import { type PlannedPath, plannedChecksOf } from '../plan/planned-path.ts'
import type { PlanEntry } from '../plan/stage.ts'
import { createPredictor, type Predict } from '../predict/predict.ts'
import type { PathMeasurements } from './measure-paths.ts'

/**
 * Entries of the plan that differ in the current world, by index, each with a description of the change. Their observations mix the state before and
 * after it.
 */
export function pathsAffectedBy(
  { world, plan, probes, predict }: PathMeasurements,
  now: World,
  planNow: () => readonly PlanEntry[],
): ReadonlyMap<number, string> {
  if (isDeepStrictEqual({ ...world, recent: [] }, { ...now, recent: [] })) return new Map()
  const [was, is] = [
    { world, predict, probes },
    { world: now, predict: createPredictor(now).path, probes },
  ]
  const after = planNow()
  return new Map(
    plan.flatMap((entry, at) => {
      const other = after[at]
      const isSame = other !== undefined && textOf(entry, was) === textOf(other, is)
      return isSame ? [] : [[at, whatHappened(entry, probes, was.world, is.world)] as const]
    }),
  )
}

interface Reading {
  readonly world: World
  readonly predict: Predict
  readonly probes: Probes
}

/** A key that is equal if nothing that affects the entry's paths changed: sources, targets, policies, predictions. */
function textOf({ resolvedPath, planned }: PlanEntry, { world, predict, probes }: Reading): string {
  const pods = new Map(world.pods.map((pod) => [pod.uid, pod]))
  const paths = planned.map((path) => {
    const found = probes.ready.get(path.source.key)
    const probe = found && asNow(found, pods)
    const { verdict, byPlannedCheck, dns } = predict(path, probe)
    const hops = [...byPlannedCheck.values(), dns].flat().map((hop) => hop.verdict)
    const isThere = probe?.pod !== undefined && pods.has(probe.pod.uid)
    const destinations = plannedChecksOf(path).map(({ destination }) => destinationWords(destination))
    return [path.source.key, path.family, path.unresolvedTarget, isThere, destinations, verdict, hops]
  })
  return JSON.stringify([resolvedPath.sources.map(({ key }) => key), paths, versionsFor(planned, world)])
}

function destinationWords(destination: Destination) {
  switch (destination.kind) {
    case 'name':
      return destination.host
    case 'external':
      return destination.socket
    case 'pod':
      return [destination.socket, destination.pod.uid, destination.pod.restarts, destination.ready]
    case 'virtual':
    case 'node':
      return [destination.socket, destination.endpoints]
    default:
      return destination satisfies never
  }
}

function versionsFor(planned: readonly PlannedPath[], { policyVersions = [] }: World): readonly PolicyVersion[] {
  const involved = new Set(planned.flatMap((path) => [path.source.namespace, ...targetsOf(path).map(namespaceOf)]))
  return policyVersions.filter(({ namespace }) => involved.has(namespace))
}

function targetsOf(path: PlannedPath): Pod[] {
  return plannedChecksOf(path).flatMap(({ destination }) => (destination.kind === 'pod' ? [destination.pod] : []))
}

function namespaceOf({ namespace }: Pod): string {
  return namespace
}

/** A description of the first change found. */
function whatHappened({ planned }: PlanEntry, probes: Probes, was: World, is: World): string {
  const [before, after] = [was, is].map(({ pods }) => new Map(pods.map((pod) => [pod.uid, pod])))
  const sources = planned.flatMap(({ source }) => probes.ready.get(source.key)?.pod ?? [])
  for (const { uid, namespace, name, restarts } of [...planned.flatMap(targetsOf), ...sources]) {
    if (!before?.has(uid)) continue
    const pod = after?.get(uid)
    if (pod === undefined) return `the pod ${namespace}/${name} went`
    if (pod.restarts > restarts) return `the pod ${namespace}/${name} restarted`
    const old = before.get(uid)
    if (old?.ready !== pod.ready)
      return `the pod ${namespace}/${name} ${pod.ready ? 'became ready' : 'is ready no more'}`
    if (!isDeepStrictEqual(old.labels, pod.labels)) return `labels of the pod ${namespace}/${name} changed`
  }
  const [old, fresh] = [was, is].map((world) => versionsFor(planned, world).map((each) => JSON.stringify(each)))
  const changed = [
    ...(fresh ?? []).filter((each) => !old?.includes(each)),
    ...(old ?? []).filter((each) => !fresh?.includes(each)),
  ][0]
  if (changed === undefined) return 'namespaces, Services, endpoints or policies changed'
  const { namespace, name } = JSON.parse(changed) as PolicyVersion
  return `NetworkPolicy ${namespace}/${name} changed`
}
