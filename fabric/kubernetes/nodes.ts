import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from './api/client.ts'
import { getObject, type LiveObject } from './api/objects.ts'
import { resources } from './api/resources.ts'

/**
 * How often to check the node of a pod that does not start, in milliseconds. Most pods start before the first check.
 */
const usualPeriodMs = 5_000

/** Node checks for pods. */
export interface Nodes {
  /**
   * Why no pod can start on a node: the node does not exist, or its kubelet is not ready. Undefined if the node is
   * usable or cannot be read. `scheduled`: the pod goes through the scheduler, so a cordoned node cannot run it either.
   */
  refusal(name: string, by: 'scheduled' | 'named', signal: AbortSignal): Promise<string | undefined>
  /**
   * Resolves with the reason when the pod's node can no longer run it, or is not ready in two consecutive checks.
   * Waiters on the same node share the checks. Rejects with the signal.
   */
  lost(pod: () => LiveObject | undefined, signal: AbortSignal): Promise<string>
}

/** Reads nodes of a cluster on demand, one at a time. */
export function createNodes(client: Client, periodMs: number = usualPeriodMs): Nodes {
  const looks = new Map<string, { readonly at: number; readonly found: Promise<Trouble | undefined> }>()
  const look = async (name: string, by: 'scheduled' | 'named', signal: AbortSignal): Promise<Trouble | undefined> => {
    const node = await getObject(client, { resource: resources.Node, name }, signal).catch(() => 'unread' as const)
    if (node === undefined) return { why: `there is no node ${name}`, mayPass: false }
    return node === 'unread' ? undefined : troubleOf(node, by)
  }
  const lookAt = (name: string, signal: AbortSignal): Promise<Trouble | undefined> => {
    const last = looks.get(name)
    if (last !== undefined && performance.now() - last.at < periodMs / 2) return last.found
    const found = look(name, 'named', signal)
    looks.set(name, { at: performance.now(), found })
    return found
  }
  return {
    refusal: async (name, by, signal) => {
      const trouble = await look(name, by, signal)
      return trouble?.mayPass === false ? trouble.why : undefined
    },
    async lost(pod, signal) {
      for (let before: Trouble | undefined; ; ) {
        await delay(periodMs, undefined, { signal })
        const live = pod()
        const name = live && nodeOf(live)
        const trouble = name === undefined ? undefined : await lookAt(name, signal)
        if (trouble !== undefined && (!trouble.mayPass || before !== undefined)) return trouble.why
        before = trouble
      }
    },
  }
}

/** Why a node cannot run pods. `mayPass`: its kubelet is alive and may become ready again soon. */
interface Trouble {
  readonly why: string
  readonly mayPass: boolean
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
}

/**
 * The condition Ready becomes `Unknown` when the kubelet's heartbeats are missing for 50 s. It is `False` when the
 * kubelet itself reports it, for example shortly after a restart of its container runtime (Kubernetes docs, "node
 * status").
 */
function troubleOf({ metadata: { name }, spec, status }: LiveObject, by: 'scheduled' | 'named'): Trouble | undefined {
  const conditions = (status?.['conditions'] ?? []) as readonly Condition[]
  const ready = conditions.find(({ type }) => type === 'Ready')
  if (ready !== undefined && ready.status !== 'True') {
    const why = [ready.reason, ready.message].filter((part) => (part ?? '') !== '').join(': ')
    const sentence = `the node ${name} is not ready${why === '' ? '' : ` (${why})`}: no pod starts there`
    return { why: sentence, mayPass: ready.status === 'False' }
  }
  if (by === 'scheduled' && spec?.['unschedulable'] === true)
    return { why: `the node ${name} is cordoned: no pod is put there`, mayPass: false }
  return undefined
}

interface PodSpec {
  readonly nodeName?: string
  readonly affinity?: {
    readonly nodeAffinity?: {
      readonly requiredDuringSchedulingIgnoredDuringExecution?: {
        readonly nodeSelectorTerms?: readonly { readonly matchFields?: readonly { readonly values?: string[] }[] }[]
      }
    }
  }
}

/**
 * The node of a pod, or the only node on which its affinity allows it. Affinity may name one field only: the node's
 * name.
 */
function nodeOf({ spec }: LiveObject): string | undefined {
  const { nodeName, affinity } = (spec ?? {}) as PodSpec
  const [term, ...others] =
    affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  return nodeName ?? (others.length > 0 ? undefined : term?.matchFields?.[0]?.values?.[0])
}
