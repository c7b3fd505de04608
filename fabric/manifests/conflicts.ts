import { isDeepStrictEqual } from 'node:util'
import type { Place, Problem } from '../../policy/types.ts'
import type { Service } from '../world.ts'
import { treatmentOf } from './kinds.ts'
import type { NodeDraft } from './nodes.ts'
import { keyOf, type ManifestObject, titleOf } from './object.ts'
import type { PodDraft } from './pods.ts'

interface Claim {
  readonly kind: 'Node' | 'Service' | 'Pod'
  readonly holder: { readonly namespace: string; readonly name: string; readonly place?: Place | undefined }
  readonly values: readonly string[]
}

/**
 * One object per kind, namespace and name: the last. Two that differ are an error naming both places (semantics rule 66), two alike
 * a warning; not a Namespace, which every overlay that lives in it may bring along.
 */
export function withoutDuplicates(objects: readonly ManifestObject[], problems: Problem[]): ManifestObject[] {
  const unique = new Map<string, ManifestObject>()
  for (const object of objects) {
    const key = keyOf(object)
    const first = unique.get(key)
    unique.set(key, object)
    if (first === undefined || treatmentOf(object.apiVersion, object.kind) === 'irrelevant') continue
    const alike = isDeepStrictEqual(first.value, object.value)
    if (alike && object.kind === 'Namespace') continue
    problems.push({
      severity: alike ? 'warning' : 'error',
      message: `${titleOf(object)} is given twice${alike ? '' : ', and not alike'}, first at ${placeText(first.place)}`,
      hint: 'a cluster has one object of a name: remove or rename one',
      place: object.place,
    })
  }
  return [...unique.values()]
}

/** Every address that the input gives, each once; two holders of one are a problem. Pods of the host network share their node's. */
export function claimAddresses(
  { pods, nodes, services }: { pods: readonly PodDraft[]; nodes: readonly NodeDraft[]; services: readonly Service[] },
  problems: Problem[],
): ReadonlySet<string> {
  const claims = [
    ...nodes.map((node): Claim => ({ kind: 'Node', holder: { namespace: '', ...node }, values: node.addresses })),
    ...services.map((service): Claim => ({ kind: 'Service', holder: service, values: service.clusterIPs })),
    ...pods
      .filter(({ template }) => !template.hostNetwork)
      .map((pod): Claim => ({ kind: 'Pod', holder: pod, values: pod.status.addresses ?? [] })),
  ]
  return refuseShared(claims, 'address', problems)
}

/** The API server hands a NodePort to one Service only, whatever the protocol. */
export function claimNodePorts(services: readonly Service[], problems: Problem[]): ReadonlySet<string> {
  const claims = services.map((service): Claim => {
    const ports = service.ports.flatMap(({ nodePort }) => (nodePort === undefined ? [] : String(nodePort)))
    return { kind: 'Service', holder: service, values: [...new Set(ports)] }
  })
  return refuseShared(claims, 'nodePort', problems)
}

function refuseShared(
  claims: readonly Claim[],
  what: 'address' | 'nodePort',
  problems: Problem[],
): ReadonlySet<string> {
  const holders = new Map<string, Claim>()
  for (const claim of claims) {
    for (const value of claim.values) {
      const first = holders.get(value)
      if (first === undefined) {
        holders.set(value, claim)
        continue
      }
      const { place } = claim.holder
      const there = first.holder.place === undefined ? '' : ` (${placeText(first.holder.place)})`
      const message = `${holderOf(claim)}: ${what} ${value} is already that of ${holderOf(first)}${there}`
      const hint =
        what === 'nodePort'
          ? 'a NodePort belongs to one Service: choose another, or leave it out'
          : 'give each its own address'
      problems.push({ severity: 'error', message, hint, ...(place === undefined ? {} : { place }) })
    }
  }
  return new Set(holders.keys())
}

function holderOf({ kind, holder }: Claim): string {
  return titleOf({ kind, ...holder })
}

function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`
}
