import { isDeepStrictEqual } from 'node:util'
import type { Place, Problem } from '../../policy/types.ts'
import type { Service } from '../world.ts'
import { treatmentOf } from './kinds.ts'
import type { NodeDraft } from './nodes.ts'
import { keyOf, type ManifestObject, titleOf } from './object.ts'
import type { PodDraft } from './pods.ts'

interface Claim {
  readonly value: string
  readonly title: string
  readonly place: Place | undefined
}

/**
 * One object per kind, namespace and name: the last. Two that differ are an error naming both places (semantics rule 66), two alike
 * a warning; not a Namespace, which every overlay that lives in it may bring along.
 */
export function withoutDuplicates(objects: readonly ManifestObject[], problems: Problem[]): ManifestObject[] {
  const unique = new Map<string, ManifestObject>()
  for (const object of objects) {
    const first = unique.get(keyOf(object))
    unique.set(keyOf(object), object)
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
    ...nodes.flatMap(({ name, addresses, place }) => claim(`Node ${name}`, addresses, place)),
    ...services.flatMap((service) =>
      claim(titleOf({ kind: 'Service', ...service }), service.clusterIPs, service.place),
    ),
    ...pods
      .filter(({ template }) => !template.hostNetwork)
      .flatMap((pod) => claim(titleOf({ kind: 'Pod', ...pod }), pod.status.addresses ?? [], pod.place)),
  ]
  return refuseShared(claims, 'address', problems)
}

/** The API server hands a NodePort to one Service only, whatever the protocol. */
export function claimNodePorts(services: readonly Service[], problems: Problem[]): ReadonlySet<string> {
  const claims = services.flatMap((service) => {
    const ports = service.ports.flatMap(({ nodePort }) => (nodePort === undefined ? [] : String(nodePort)))
    return claim(titleOf({ kind: 'Service', ...service }), [...new Set(ports)], service.place)
  })
  return refuseShared(claims, 'nodePort', problems)
}

function claim(title: string, values: readonly string[], place: Place | undefined): Claim[] {
  return values.map((value) => ({ value, title, place }))
}

function refuseShared(
  claims: readonly Claim[],
  what: 'address' | 'nodePort',
  problems: Problem[],
): ReadonlySet<string> {
  const holders = new Map<string, Claim>()
  for (const { value, title, place } of claims) {
    const holder = holders.get(value)
    if (holder === undefined) holders.set(value, { value, title, place })
    else {
      const message = `${title}: ${what} ${value} is already that of ${holder.title}${holder.place === undefined ? '' : ` (${placeText(holder.place)})`}`
      const hint =
        what === 'nodePort'
          ? 'a NodePort belongs to one Service: choose another, or leave it out'
          : 'give each its own address'
      problems.push({ severity: 'error', message, hint, ...(place === undefined ? {} : { place }) })
    }
  }
  return new Set(holders.keys())
}

function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`
}
