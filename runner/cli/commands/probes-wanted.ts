import * as fs from 'node:fs/promises'
import type { Wanted } from '../../../fabric/kubernetes/resident/source.ts'
import { withoutOwned } from '../../../fabric/owned.ts'
import type { World } from '../../../fabric/world.ts'
import type { Problem } from '../../../policy/types.ts'
import { expandSource } from '../../plan/sources.ts'
import { loadScenarios } from '../../scenario/load.ts'
import type { Scenario, ScenarioPath } from '../../scenario/model.ts'
import type { ProbesRequest } from './probes-request.ts'

/** Returns the identities of the scenarios' sources in this world, without duplicates. A source that matches no pod is a warning. */
export async function wantedByScenarios(
  { paths, set }: Pick<ProbesRequest, 'paths' | 'set'>,
  live: World,
): Promise<{ readonly wanted: readonly Wanted[]; readonly problems: readonly Problem[] }> {
  const { scenarios, problems } = await loadScenarios(paths, fs, { set })
  const world = withoutOwned(live)
  const meshed = scenarios
    .filter(({ mesh }) => mesh === true)
    .map(
      ({ name, place }): Problem => ({
        severity: 'warning',
        place,
        message: `${name}: its sources are in a mesh, which resident probes decline`,
      }),
    )
  const expanded = scenarios
    .filter(({ mesh }) => mesh !== true)
    .flatMap(endsOf)
    .map(({ source, target }) => ({ source, ...expandSource(source, world, target) }))
  const notes = expanded
    .filter(({ sources }) => sources.length === 0)
    .map(({ source, note }) => [source, note] as const)
  const absent = [...new Map(notes)].map(
    ([{ name, place }, note]): Problem => ({
      severity: 'warning',
      place,
      message: `${name}: ${note ?? 'it stands for nothing'}`,
    }),
  )
  const unique = new Map(
    expanded.flatMap(({ sources }) => sources.map(({ key, identity }) => [key, identity] as const)),
  )
  const wanted = [...unique.values()].map((identity) => wantedFor(identity, world))
  return { wanted, problems: [...problems, ...meshed, ...absent] }
}

/** Returns one identity per kind of pod of the namespaces, as a matrix needs. Pods on the host network get no stand-in. */
export function wantedByNamespaces(namespaces: readonly string[], live: World): readonly Wanted[] {
  const { pods } = withoutOwned(live)
  return pods
    .filter((pod) => namespaces.includes(pod.namespace) && !pod.hostNetwork && pod.addresses.length > 0)
    .map(({ namespace, name, workload }) => ({ identity: { kind: 'pod', namespace, name }, workload }))
}

/** Returns the sources of all paths, their witnesses, and the paths of steps, each with its target. */
function endsOf({ paths, steps }: Scenario): Pick<ScenarioPath, 'source' | 'target'>[] {
  const all = [...paths, ...steps.flatMap((step) => step.paths)]
  return all.flatMap(({ source, control, target }) => [
    { source, target },
    ...(control === undefined ? [] : [{ source: control, target }]),
  ])
}

function wantedFor(identity: Wanted['identity'], { pods }: World): Wanted {
  if (identity.kind !== 'pod') return { identity }
  const pod = pods.find(({ namespace, name }) => namespace === identity.namespace && name === identity.name)
  return pod === undefined ? { identity } : { identity, workload: pod.workload }
}
