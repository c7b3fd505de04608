import { items, readOnce, text } from '../../policy/decode.ts'
import { type Field, field, fieldAt, isAbsent } from '../../policy/field.ts'
import type { Problem } from '../../policy/types.ts'
import type { Pod, Workload } from '../world.ts'
import { type ManifestObject, rootOf } from './object.ts'
import { type PodTemplate, readAddress, readCount, readTemplate } from './template.ts'

/** The status of a pod in a live cluster. */
export interface PodStatus {
  readonly uid?: string
  /**
   * Given addresses. When absent, the allocator assigns them; an empty list is a pod without addresses yet
   * (docs/semantics.md, rule 59).
   */
  readonly addresses?: readonly string[]
  readonly hostAddresses: readonly string[]
  readonly ready: boolean
  readonly restarts: number
  readonly trouble?: string
}

/** A pod before a node and addresses are assigned. */
export interface PodDraft extends Pick<Pod, 'namespace' | 'name' | 'workload' | 'place'> {
  readonly template: PodTemplate
  readonly status: PodStatus
}

export const unknownStatus: PodStatus = { hostAddresses: [], ready: true, restarts: 0 }

/**
 * Reads a Pod object; undefined for one that has ended, because another pod may already have its address
 * (docs/semantics.md, rule 60).
 */
export function readPod(object: ManifestObject, workload: Workload, problems: Problem[]): PodDraft | undefined {
  const root = rootOf(object, problems)
  const phase = field(field(root, 'status'), 'phase').value
  if (phase === 'Succeeded' || phase === 'Failed') return undefined
  const { namespace, name, place } = object
  return { namespace, name, workload, place, template: readTemplate(root), status: readStatus(root) }
}

function readStatus(pod: Field): PodStatus {
  const status = field(pod, 'status')
  const phase = field(status, 'phase').value
  const given = addresses(status, 'podIPs', 'podIP')
  const waiting = given.length === 0 && (phase === 'Pending' || phase === 'Unknown')
  const uid = text(fieldAt(pod, 'metadata', 'uid'))
  const { ready: held } = readReadiness(field(status, 'conditions'))
  const terminating = !isAbsent(fieldAt(pod, 'metadata', 'deletionTimestamp'))
  return {
    ...(uid ? { uid } : {}),
    ...(given.length > 0 || waiting ? { addresses: given } : {}),
    hostAddresses: hostAddresses(status),
    ready: (held ?? !waiting) && !terminating,
    restarts: readRestarts(field(status, 'containerStatuses')),
    ...readUnplaced(field(status, 'conditions')),
    ...readUnwell(field(status, 'containerStatuses')),
  }
}

/** Whether the pod is ready, if its status says so. */
const readReadiness = readOnce((conditions): { readonly ready?: boolean } => {
  const condition = items(conditions).find((item) => field(item, 'type').value === 'Ready')
  return condition === undefined ? {} : { ready: field(condition, 'status').value === 'True' }
})

const readRestarts = readOnce((containers) =>
  items(containers).reduce((sum, item) => sum + (readCount(field(item, 'restartCount')) ?? 0), 0),
)

/** Containers that are waiting or have ended. */
const readUnwell = readOnce((containers): { readonly trouble?: string } => {
  for (const container of items(containers)) {
    const name = text(field(container, 'name')) ?? ''
    const waiting = field(field(container, 'state'), 'waiting')
    const ended = field(field(container, 'state'), 'terminated')
    const reason = text(field(waiting, 'reason'))
    if (reason !== undefined) return { trouble: sentence(`${name} waits`, reason, text(field(waiting, 'message'))) }
    if (!isAbsent(ended)) return { trouble: sentence(`${name} has ended`, text(field(ended, 'reason'))) }
  }
  return {}
})

/** Why the pod is unschedulable. */
const readUnplaced = readOnce((conditions): { readonly trouble?: string } => {
  const scheduled = items(conditions).find((item) => field(item, 'type').value === 'PodScheduled')
  if (scheduled === undefined || field(scheduled, 'status').value !== 'False') return {}
  return { trouble: sentence('no node takes it', text(field(scheduled, 'message'))) }
})

function sentence(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(': ')
}

/** `podIPs: [{ip}]`, or the older `podIP`; IPv4 first. */
function addresses(status: Field, listKey: string, key: string): readonly string[] {
  return listed(field(status, listKey)) ?? single(field(status, key))
}

/** The node's addresses, which are the same for all of its pods. */
function hostAddresses(status: Field): readonly string[] {
  return listedOnce(field(status, 'hostIPs')).found ?? single(field(status, 'hostIP'))
}

const listedOnce = readOnce((list) => ({ found: listed(list) }))

function listed(list: Field): readonly string[] | undefined {
  const found = items(list).flatMap((item) => readAddress(field(item, 'ip')) ?? [])
  return found.length < 2 ? (found.length === 0 ? undefined : found) : sortByFamily([...new Set(found)])
}

function single(of: Field): readonly string[] {
  const address = readAddress(of)
  return address === undefined ? [] : [address]
}

/** Canonical addresses, IPv4 first, otherwise in the given order. */
export function sortByFamily(list: readonly string[]): readonly string[] {
  return list.length < 2 ? list : list.toSorted((a, b) => Number(a.includes(':')) - Number(b.includes(':')))
}
