import { isDeepStrictEqual } from 'node:util'
import { isObject } from '../../policy/field.ts'
import type { Place, Problem } from '../../policy/types.ts'
import { groupOf, treatmentOf } from './kinds.ts'
import type { NodeDraft } from './nodes.ts'
import { type ManifestObject, titleOf } from './object.ts'
import { ownLabels } from './overrides.ts'
import type { PodDraft } from './pods.ts'
import type { ServiceDraft } from './services.ts'

/** Those of one kind that hold something, and what each holds. */
interface Claims<T extends Holder = Holder> {
  readonly kind: 'Node' | 'Service' | 'Pod'
  readonly holders: readonly T[]
  valuesOf(holder: T): readonly string[]
}

interface Holder {
  readonly namespace?: string
  readonly name: string
  readonly place?: Place | undefined
}

/**
 * One object per kind, namespace and name: the last. Two that differ are an error naming both places (docs/semantics.md, rule 66), two alike
 * a warning; not a Namespace, which every overlay that lives in it may bring along: its labels are merged.
 */
export function withoutDuplicates(objects: readonly ManifestObject[], problems: Problem[]): ManifestObject[] {
  const unique: ManifestObject[] = []
  const placeOf = createPlaces()
  for (const object of objects) {
    const at = placeOf(object)
    const first = unique[at]
    unique[at] = first !== undefined && object.kind === 'Namespace' ? mergedNamespace(first, object, problems) : object
    if (
      first === undefined ||
      object.kind === 'Namespace' ||
      treatmentOf(object.apiVersion, object.kind) === 'irrelevant'
    )
      continue
    const alike = isDeepStrictEqual(first.value, object.value)
    problems.push({
      severity: alike ? 'warning' : 'error',
      message: `${titleOf(object)} is given twice${alike ? '' : ', and not alike'}, first at ${placeText(first.place)}`,
      hint:
        first.place.file === object.place.file
          ? 'a cluster has one object of a name: remove or rename one'
          : 'a cluster has one object of a name: rename one, or leave a file out (--exclude)',
      place: object.place,
    })
  }
  return unique
}

/**
 * A Namespace with the labels of both; of one key the last counts. Where the second lacks a label of the first it depends on how they
 * are applied: `kubectl apply` takes away what it set itself, and leaves what others set.
 */
function mergedNamespace(first: ManifestObject, second: ManifestObject, problems: Problem[]): ManifestObject {
  const [before, after] = [ownLabels(first), ownLabels(second)]
  const lost = Object.keys(before).filter((key) => after[key] === undefined)
  if (lost.length > 0 && Object.keys(after).length > 0) {
    const message = `${titleOf(second)} is given twice, first at ${placeText(first.place)}, and here without ${lost.join(', ')}: the labels of both count here, and kubectl apply of the second takes away those that it set by the first`
    problems.push({ severity: 'warning', message, hint: 'write all labels in one place', place: second.place })
  }
  const metadata = isObject(second.value.metadata) ? second.value.metadata : {}
  return { ...second, value: { ...second.value, metadata: { ...metadata, labels: { ...before, ...after } } } }
}

/** Numbers objects from 0 on in the order in which they first come; the number is one's own by group, kind, namespace and name. */
function createPlaces(): (object: ManifestObject) => number {
  const kinds = new Map<string, Map<string, Map<string, number>>>()
  let count = 0
  // Most objects are of the kind of the one before.
  let last = { apiVersion: '', kind: '', spaces: new Map<string, Map<string, number>>() }
  return ({ apiVersion, kind, namespace, name }) => {
    if (last.apiVersion !== apiVersion || last.kind !== kind) {
      const spaces = below(kinds, `${groupOf(apiVersion)}/${kind}`, () => new Map<string, Map<string, number>>())
      last = { apiVersion, kind, spaces }
    }
    return below(
      below(last.spaces, namespace, () => new Map<string, number>()),
      name,
      () => count++,
    )
  }
}

function below<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = make()
  map.set(key, made)
  return made
}

/** Every address that the input gives, each once; two holders of one are a problem. Pods of the host network share their node's. */
export function claimAddresses(
  {
    pods,
    nodes,
    services,
  }: { pods: readonly PodDraft[]; nodes: readonly NodeDraft[]; services: readonly ServiceDraft[] },
  problems: Problem[],
): ReadonlySet<string> {
  const ofNodes: Claims<NodeDraft> = { kind: 'Node', holders: nodes, valuesOf: ({ addresses }) => addresses }
  const ofServices: Claims<ServiceDraft> = {
    ...{ kind: 'Service', holders: services, valuesOf: ({ clusterIPs }) => clusterIPs },
  }
  const ofPods: Claims<PodDraft> = {
    ...{ kind: 'Pod', holders: pods },
    valuesOf: ({ template, status }) => (template.hostNetwork ? [] : (status.addresses ?? [])),
  }
  return refuseShared([ofNodes, ofServices, ofPods], 'address', problems)
}

/** The API server hands a NodePort to one Service only, whatever the protocol. */
export function claimNodePorts(services: readonly ServiceDraft[], problems: Problem[]): ReadonlySet<string> {
  const valuesOf = ({ ports }: ServiceDraft) => {
    const numbers = ports.flatMap(({ nodePort }) => (nodePort === undefined ? [] : String(nodePort)))
    return numbers.length < 2 ? numbers : [...new Set(numbers)]
  }
  const claims: Claims<ServiceDraft> = { kind: 'Service', holders: services, valuesOf }
  return refuseShared([claims], 'nodePort', problems)
}

function refuseShared(
  claims: readonly Claims[],
  what: 'address' | 'nodePort',
  problems: Problem[],
): ReadonlySet<string> {
  const taken = new Map<string, Holder>()
  for (const { kind, holders, valuesOf } of claims) {
    for (const holder of holders) {
      for (const value of valuesOf(holder)) {
        const first = taken.get(value)
        if (first === undefined) {
          taken.set(value, holder)
          continue
        }
        const { place }: Holder = holder
        const there = first.place === undefined ? '' : ` (${placeText(first.place)})`
        const [own, other] = [titleIn(kind, holder), titleIn(kindOf(first, claims), first)]
        const message = `${own}: ${what} ${value} is already that of ${other}${there}`
        const hint =
          what === 'nodePort'
            ? 'a NodePort belongs to one Service: choose another, or leave it out'
            : 'give each its own address'
        problems.push({ severity: 'error', message, hint, ...(place === undefined ? {} : { place }) })
      }
    }
  }
  return new Set(taken.keys())
}

function kindOf(holder: Holder, claims: readonly Claims[]): Claims['kind'] {
  return claims.find(({ holders }) => (holders as readonly Holder[]).includes(holder))!.kind
}

function titleIn(kind: Claims['kind'], { namespace = '', name }: Holder): string {
  return titleOf({ kind, namespace, name })
}

function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`
}
