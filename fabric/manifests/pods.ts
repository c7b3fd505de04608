import { items, text } from '../../policy/decode.ts'
import { type Field, field, fieldAt, isAbsent } from '../../policy/field.ts'
import type { Problem } from '../../policy/types.ts'
import type { Pod, Workload } from '../world.ts'
import { type ManifestObject, rootOf } from './object.ts'
import { type PodTemplate, readAddress, readCount, readTemplate } from './template.ts'

/** What a live cluster said of a pod. */
export interface PodStatus {
  readonly uid?: string
  /** Given addresses; none leaves them to the allocator, an empty list is a pod that has none yet (semantics rule 59). */
  readonly addresses?: readonly string[]
  readonly hostAddresses: readonly string[]
  readonly ready: boolean
  readonly restarts: number
  readonly trouble?: string
}

/** A pod before it has a node and addresses. */
export interface PodDraft extends Pick<Pod, 'namespace' | 'name' | 'workload' | 'place'> {
  readonly template: PodTemplate
  readonly status: PodStatus
}

export const unknownStatus: PodStatus = { hostAddresses: [], ready: true, restarts: 0 }

/** Reads a Pod object; none for one that has ended, whose address may already be another's (semantics rule 60). */
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
  const condition = items(field(status, 'conditions')).find((item) => field(item, 'type').value === 'Ready')
  const terminating = !isAbsent(fieldAt(pod, 'metadata', 'deletionTimestamp'))
  const ready = condition === undefined ? !waiting : field(condition, 'status').value === 'True'
  const restarts = items(field(status, 'containerStatuses')).map((item) => readCount(field(item, 'restartCount')) ?? 0)
  return {
    ...(uid ? { uid } : {}),
    ...(given.length > 0 || waiting ? { addresses: given } : {}),
    hostAddresses: addresses(status, 'hostIPs', 'hostIP'),
    ready: ready && !terminating,
    restarts: restarts.reduce((sum, count) => sum + count, 0),
    ...readTrouble(status),
  }
}

/** Of a container that waits or has ended, or of a pod that no node takes. */
function readTrouble(status: Field): { readonly trouble?: string } {
  for (const container of items(field(status, 'containerStatuses'))) {
    const name = text(field(container, 'name')) ?? ''
    const waiting = field(field(container, 'state'), 'waiting')
    const ended = field(field(container, 'state'), 'terminated')
    const reason = text(field(waiting, 'reason'))
    if (reason !== undefined) return { trouble: sentence(`${name} waits`, reason, text(field(waiting, 'message'))) }
    if (!isAbsent(ended)) return { trouble: sentence(`${name} has ended`, text(field(ended, 'reason'))) }
  }
  const scheduled = items(field(status, 'conditions')).find((item) => field(item, 'type').value === 'PodScheduled')
  if (scheduled === undefined || field(scheduled, 'status').value !== 'False') return {}
  return { trouble: sentence('no node takes it', text(field(scheduled, 'message'))) }
}

function sentence(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(': ')
}

/** `podIPs: [{ip}]`, or the older `podIP`; IPv4 first. */
function addresses(status: Field, listKey: string, key: string): string[] {
  const listed = items(field(status, listKey)).flatMap((item) => readAddress(field(item, 'ip')) ?? [])
  const single = listed.length > 0 ? [] : [readAddress(field(status, key)) ?? []].flat()
  return sortByFamily([...new Set([...listed, ...single])])
}

/** Canonical addresses, IPv4 first, else in the given order. */
export function sortByFamily(list: readonly string[]): string[] {
  return list.toSorted((a, b) => Number(a.includes(':')) - Number(b.includes(':')))
}
