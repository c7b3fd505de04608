import { canonicalAddress } from '../../policy/cidr.ts'
import { items, text } from '../../policy/decode.ts'
import { type Field, field, fieldAt } from '../../policy/field.ts'
import type { NodeLocalDns } from '../world.ts'
import { type ManifestObject, rootOf } from './object.ts'

/** Its usual name, and the value of its pods' label `k8s-app`. */
export const nodeLocalDnsLabel = 'node-local-dns'
const usualName = nodeLocalDnsLabel

/**
 * NodeLocal DNSCache among workloads and pods, by its usual name or label (kubernetes.io, "Using NodeLocal DNSCache in
 * Kubernetes Clusters").
 */
export function findNodeLocalDns(objects: readonly ManifestObject[]): NodeLocalDns | undefined {
  const object =
    objects.find((each) => each.kind === 'DaemonSet' && isCache(each)) ??
    objects.find((each) => each.kind === 'Pod' && isCache(each))
  if (object === undefined) return undefined
  const name = object.kind === 'Pod' ? usualName : object.name
  return { namespace: object.namespace, name, addresses: localAddresses(podOf(object)) }
}

function isCache(object: ManifestObject): boolean {
  return object.name === usualName || fieldAt(podOf(object), 'metadata', 'labels', 'k8s-app').value === usualName
}

/** A pod, or the template of a workload's pods. */
function podOf(object: ManifestObject): Field {
  const root = rootOf(object, [])
  return object.kind === 'Pod' ? root : fieldAt(root, 'spec', 'template')
}

/** The addresses of `-localip`: those of the cache, and that of the DNS Service if the cache also answers for it. */
function localAddresses(pod: Field): readonly string[] {
  return items(fieldAt(pod, 'spec', 'containers')).flatMap((container) => {
    const args = items(field(container, 'args')).map((item) => text(item) ?? '')
    const at = args.findIndex((arg) => /^--?localip(=|$)/.test(arg))
    const list = at < 0 ? '' : (args[at]?.split('=')[1] ?? args[at + 1] ?? '')
    return list.split(',').flatMap((each) => canonicalAddress(each.trim()) ?? [])
  })
}
