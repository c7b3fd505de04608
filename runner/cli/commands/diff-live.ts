import type { ClusterAccess } from '../../../fabric/kubernetes/api/client.ts'
import { createAllocator } from '../../../fabric/manifests/allocator.ts'
import type { ManifestObject } from '../../../fabric/manifests/object.ts'
import { buildWorld } from '../../../fabric/manifests/world.ts'
import { withoutOwned } from '../../../fabric/owned.ts'
import { whyUnread } from '../../../fabric/unread.ts'
import type { World } from '../../../fabric/world.ts'
import type { Problem } from '../../../policy/types.ts'
import { changesBetween } from '../../diff/changes.ts'
import { applied } from '../../diff/input-order.ts'
import { exitCodes } from '../../result/path-result.ts'
import type { Invocation } from '../command.ts'
import { readInputs } from '../inputs.ts'
import type { Io } from '../io.ts'
import type { Output } from '../outputs.ts'
import { printProblems } from '../problems.ts'
import { readRights, withLive } from '../read-cluster.ts'
import { writeChanges } from './diff-run.ts'

export interface DiffLive {
  readonly manifests: string
  /** Policies of the cluster that are not in the manifests count as removed. */
  readonly prune: boolean
  readonly access: ClusterAccess
  /** How to read manifests. */
  readonly options: Invocation['options']
  readonly outputs: readonly Output<'text' | 'json'>[]
  readonly kubernetes: string | undefined
}

/** Shows which paths of a live cluster would open or close if the manifests were applied. Only reads from the cluster. */
export async function diffLive(request: DiffLive, io: Io): Promise<number> {
  const { manifests, prune, access, outputs, kubernetes, options } = request
  const inputs = await readInputs({ args: [], options: { ...options, filename: [manifests] } }, io)
  const version = kubernetes === undefined ? {} : { kubernetes }
  const alone = buildWorld(inputs.objects, { allocator: createAllocator(), ...version })
  if (printProblems([...inputs.problems, ...alone.problems], io)) return exitCodes.usage
  const namespaces = [...new Set(inputs.objects.map(spaceOf).filter((space) => space !== ''))]
  const live = { access, namespaces, otherwise: 'crosscheck diff A B compares two sets of manifests' }
  return withLive(live, io, async ({ world, objects }) => {
    printProblems(limits(world, namespaces), io)
    const result = applied(objects, inputs.objects)
    const removed = new Set(prune ? result.left : [])
    if (!prune) printProblems(leftOver(result.left), io)
    const allocator = createAllocator()
    const [before, after] = [objects, result.objects.filter((object) => !removed.has(object))].map((all) =>
      withoutOwned(buildWorld(all, { allocator, live: true, ...version }).world),
    )
    return writeChanges(changesBetween(before!, after!), outputs, io)
  })
}

function spaceOf({ kind, namespace, name }: ManifestObject): string {
  return kind === 'Namespace' ? name : namespace
}

/** Warns about what could not be read outside the namespaces of the manifests. Inside them, missing data is an error. */
function limits(world: World, namespaces: readonly string[]): Problem[] {
  for (const space of namespaces)
    for (const kind of ['Pod', 'NetworkPolicy', 'Service', 'EndpointSlice']) {
      const why = whyUnread(kind, space, world)
      if (why !== undefined) throw new Error(`what would change in ${space} cannot be told: ${why}; ${readRights}`)
    }
  return (world.unread ?? []).map(({ why }) => ({
    severity: 'warning',
    message: `only what could be read is compared: ${why}`,
  }))
}

function leftOver(left: readonly ManifestObject[]): Problem[] {
  if (left.length === 0) return []
  const names = left.map(({ namespace, name }) => `${namespace}/${name}`)
  const shown = `${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`
  const message = `${names.length === 1 ? 'a policy' : `${names.length} policies`} of the cluster that the manifests do not have: ${shown}`
  return [{ severity: 'warning', message, hint: 'they stay; with --prune they count as removed' }]
}
