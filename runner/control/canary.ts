import type { Reason } from '../../checks/outcome.ts'
import type { Family } from '../../checks/vantage.ts'
import type { Fabric, Probe } from '../../fabric/fabric.ts'
import type { Pod } from '../../fabric/world.ts'
import {
  type CanaryConnection,
  canaryConnectionsOf,
  type NodeCanaries,
  seenAs,
  untilWanted,
  type Wanted,
} from './canary-connections.ts'
import {
  type Admitted,
  type CanaryRole,
  canaryName,
  canaryNamespaceObject,
  canaryPods,
  canaryPolicies,
} from './canary-objects.ts'

export interface CanaryStep {
  readonly step: 'before' | 'deny' | 'admit'
  readonly wanted: Wanted
  readonly saw: Reason
  readonly ok: boolean
}

/** The result of the canary for one node, family and side: whether policies take effect and are lifted again. */
export interface CanaryResult {
  readonly node: string
  readonly family: Family
  readonly side: 'ingress' | 'egress'
  readonly steps: readonly CanaryStep[]
  readonly ok: boolean
}

export interface Canary {
  readonly results: readonly CanaryResult[]
  /** The listener on each node that no policy selects. Sources connect to it to show that they are alive. */
  readonly listeners: ReadonlyMap<string, Pod>
  /** The listener on each node that allows exactly the canary and the fresh sources. */
  readonly guarded: ReadonlyMap<string, Pod>
  /** Nodes without a canary, with the reason. */
  readonly missing: ReadonlyMap<string, string>
}

export interface CanaryOptions {
  readonly nodes: readonly string[]
  /** Fresh sources. The third step allows each of them, so that each can show that policies know it. They may still be starting. */
  readonly admitted: Promise<readonly Admitted[]>
  /** The policies of an earlier canary of this fabric still exist. */
  readonly again: boolean
  readonly signal: AbortSignal
}

const usualNamespace = 'crosscheck-canary'

/** Creates temporary paths per node, family and side: reached before any policy, blocked under deny-all, reached again under an exact allow rule. */
export async function raiseCanary(fabric: Fabric, options: CanaryOptions): Promise<Canary> {
  const { nodes, admitted, again, signal } = options
  const { timing, canaryNamespace: namespace = usualNamespace } = fabric
  const policies = (step: Parameters<typeof canaryPolicies>[1]) =>
    fabric.apply({ kind: 'apply', objects: canaryPolicies(namespace, step) }, signal)
  if (again) await fabric.apply({ kind: 'delete', objects: canaryPolicies(namespace, { kind: 'deny' }) }, signal)
  const up = await Promise.allSettled(
    nodes.map((node, index) => canariesOn(fabric, { namespace, node, index, signal })),
  )
  const canaries = up.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const missing = new Map(
    nodes.flatMap((node, at) => (up[at]?.status === 'rejected' ? [[node, up[at].reason as Error]] : [])),
  )
  // One broken node does not stop the canaries of the others. If all nodes fail, the error is thrown.
  const [broken] = missing.values()
  if (broken !== undefined && (canaries.length === 0 || signal.aborted)) throw broken
  const canaryConnections = canaryConnectionsOf(canaries)
  const before = await untilWanted(canaryConnections, { timing, wanted: 'open', signal })
  // A connection that failed without policies shows nothing with them.
  const use = canaryConnections.map((canaryConnection, index) =>
    seenAs(before[index], 'open') ? canaryConnection : undefined,
  )
  await policies({ kind: 'deny' })
  const deny = await untilWanted(use, { timing, wanted: 'blocked', signal })
  await policies({ kind: 'admit', sources: await admitted })
  const admit = await untilWanted(use, { timing, wanted: 'open', signal })
  const seen = canaryConnections.map((canaryConnection, index) =>
    resultOf(canaryConnection, { before: before[index], deny: deny[index], admit: admit[index] }),
  )
  const places = Map.groupBy(seen, ({ node, family, side }) => `${node} ${family} ${side}`)
  return {
    results: [...places.values()].flatMap((ways) => decisive(ways) ?? []),
    listeners: new Map(canaries.map(({ node, open }) => [node, podIn(open)])),
    guarded: new Map(canaries.map(({ node, guarded }) => [node, podIn(guarded)])),
    missing: new Map([...missing].map(([node, { message }]) => [node, message])),
  }
}

/**
 * The result of a place from its connections: the first that was tested with policies and failed, else the first that was tested, else one that was
 * never reached.
 */
function decisive(ways: readonly CanaryResult[]): CanaryResult | undefined {
  const tried = ways.filter(({ steps }) => steps[0]?.ok === true)
  return tried.find(({ ok }) => !ok) ?? tried[0] ?? ways[0]
}

function resultOf(
  { node, family, side }: CanaryConnection,
  saw: Record<CanaryStep['step'], Reason | undefined>,
): CanaryResult {
  const stepOf = (step: CanaryStep['step'], wanted: Wanted): CanaryStep => ({
    step,
    wanted,
    saw: saw[step] ?? 'not_run',
    ok: seenAs(saw[step], wanted),
  })
  const steps = [stepOf('before', 'open'), stepOf('deny', 'blocked'), stepOf('admit', 'open')]
  return { node, family, side, steps, ok: steps.every(({ ok }) => ok) }
}

interface CanaryPod {
  readonly namespace: string
  readonly node: string
  readonly index: number
  readonly signal: AbortSignal
}

async function canariesOn(fabric: Fabric, { namespace, node, index, signal }: CanaryPod): Promise<NodeCanaries> {
  const objects = [canaryNamespaceObject(namespace), ...canaryPods(namespace, node, index)]
  await fabric.apply({ kind: 'apply', objects, until: 'running' }, signal)
  const inside = async (role: CanaryRole): Promise<Probe> => {
    const probe = await fabric.probe({ kind: 'inside', namespace, pod: canaryName(role, index) }, signal)
    if ('unavailable' in probe) throw new Error(`the canary on ${node} cannot be used: ${probe.unavailable}`)
    return probe
  }
  const [open, guarded] = await Promise.all([inside('open'), inside('guarded')])
  return { node, open, guarded }
}

function podIn({ pod }: Probe): Pod {
  if (pod === undefined) throw new Error('a canary is a pod')
  return pod
}
