import { isPlatformNamespace } from '../../policy/platform-namespaces.ts'
import { didYouMean, didYouMeanNamespace } from '../../policy/suggest.ts'
import { operatorsIn } from '../operators.ts'
import { whyUnread } from '../unread.ts'
import { podsOfWorkload, workloadKinds } from '../workloads.ts'
import type { World } from '../world.ts'
import { listed } from './listed.ts'

/** A missing object, in the same words for every command. */
export interface Missing {
  readonly kind: 'namespace' | 'service' | 'workload' | 'pod' | 'node' | 'name'
  readonly sentence: string
  /** The namespace of the missing name; for a namespace, the name itself. */
  readonly namespace?: string
  readonly name?: string
  /** `did you mean …?`, if there is an object with a similar name. */
  readonly near?: string
  /** Where an object with that exact name exists instead. */
  readonly elsewhere?: string
  /** Why the object may still exist. */
  readonly unsure?: string
}

/** A suggestion for the user. */
export function hintOf({ near, elsewhere }: Missing): string | undefined {
  return near ?? elsewhere
}

/** The sentence with its hint. */
export function missingText(missing: Missing): string {
  const hint = hintOf(missing)
  return hint === undefined ? missing.sentence : `${missing.sentence}: ${hint}`
}

/** Kind in full and in lower case. The namespace is empty for cluster-scoped kinds. */
interface Noun {
  readonly namespace: string
  readonly kind: string
  readonly name: string
}

/**
 * What is missing if there is no object `namespace/kind/name`; undefined if it exists, or if a world does not contain
 * the kind.
 */
export function missingNoun(noun: Noun, world: World): Missing | undefined {
  const { namespace, kind, name } = noun
  if (kind === 'namespace') return hasNamespace(name, world) ? undefined : missingNamespace(name, world)
  if (kind === 'node') return world.nodes.some((each) => each.name === name) ? undefined : missingNode(name, world)
  if (kind === 'service') {
    const isThere = world.services.some((each) => each.namespace === namespace && each.name === name)
    return isThere ? undefined : missingService(noun, world)
  }
  if (workloadKinds[kind] === undefined || podsOfWorkload(namespace, `${kind}/${name}`, world).length > 0)
    return undefined
  return missingWorkload(noun, world)
}

export function missingNamespace(name: string, world: World): Missing {
  const names = world.namespaces.map((each) => each.name)
  return {
    kind: 'namespace',
    namespace: name,
    sentence: `there is no namespace ${name}`,
    near: didYouMeanNamespace(name, names),
    unsure: isOfPlatform(name, world) ? `namespace ${name} is not in the input` : undefined,
  }
}

/**
 * What is missing for an address without a pod or node. `unsure` is set if an object that could not be read may have
 * the address.
 */
export function missingAddress(address: string, world: World): Missing | undefined {
  if ([...world.pods, ...world.nodes].some(({ addresses }) => addresses.includes(address))) return undefined
  const sentence = `no pod or node has the address ${address}: name a workload, such as frontend/deployment/ui, or a node, as node/NAME`
  return { kind: 'name', sentence, unsure: whyUnread('Pod', undefined, world) ?? whyUnread('Node', undefined, world) }
}

function missingNode(name: string, { nodes }: World): Missing {
  const names = nodes.map((each) => each.name)
  return { kind: 'node', sentence: `there is no node ${name}`, near: didYouMean(name, names) }
}

/** A Service that is missing in its namespace, or the missing namespace. */
export function missingService({ namespace, name }: Omit<Noun, 'kind'>, world: World): Missing {
  const homes = world.services.filter((each) => each.name === name).map((each) => each.namespace)
  const elsewhere = homes.length === 0 ? undefined : `Service ${name} is in ${listed(homes)}`
  if (!hasNamespace(namespace, world)) {
    const missing = missingNamespace(namespace, world)
    return homes.length === 0 ? missing : { ...missing, near: didYouMeanNamespace(namespace, homes), elsewhere }
  }
  const own = world.services.filter((each) => each.namespace === namespace).map((each) => each.name)
  const near = didYouMean(name, own)
  const unsure = near === undefined ? whyUnsure({ namespace, name }, world) : undefined
  const sentence = `namespace ${namespace} has no Service ${name}`
  return { kind: 'service', namespace, name, sentence, near, elsewhere, unsure }
}

/** A missing pod, a workload without known pods (it may be scaled to zero), or a missing namespace. */
export function missingWorkload({ namespace, kind, name }: Noun, world: World): Missing {
  if (!hasNamespace(namespace, world)) return missingNamespace(namespace, world)
  const here = world.pods.filter((pod) => pod.namespace === namespace)
  const title = workloadKinds[kind] ?? kind
  const alike = here.filter(({ workload }) => workload.kind === title).map(({ workload }) => workload.name)
  const other = here.find(({ workload }) => workload.name === name)?.workload
  const same = other === undefined ? undefined : `did you mean ${other.kind.toLowerCase()}/${other.name}?`
  const near = didYouMean(name, kind === 'pod' ? here.map((pod) => pod.name) : new Set(alike)) ?? same
  const homes = world.pods.filter((pod) =>
    kind === 'pod' ? pod.name === name : pod.workload.kind === title && pod.workload.name === name,
  )
  return {
    kind: 'workload',
    sentence: kind === 'pod' ? `there is no pod ${namespace}/${name}` : `${namespace}/${kind}/${name} has no pod`,
    near,
    elsewhere: homes.length === 0 ? undefined : `${title} ${name} is in ${listed(homes.map((pod) => pod.namespace))}`,
    unsure: near === undefined ? whyUnsure({ namespace, name }, world) : undefined,
  }
}

/** Why objects of a namespace may exist outside the input; undefined for a live cluster. */
function whyUnsure({ namespace, name }: Omit<Noun, 'kind'>, world: World): string | undefined {
  if (isLive(world)) return undefined
  if (namespace === 'default' && name === 'kubernetes') return 'the Service of the API server is not in the input'
  if (isOfPlatform(namespace, world)) return `namespace ${namespace} is not in the input`
  const [maker] = operatorsIn(namespace, world)
  return maker && `${maker.kind} ${namespace}/${maker.name} may create it, and is not simulated`
}

/** Whether platforms create the namespace and the input contains nothing of it. */
function isOfPlatform(name: string, world: World): boolean {
  if (isLive(world) || !isPlatformNamespace(name)) return false
  const given = world.namespaces.some((each) => each.name === name && each.place !== undefined)
  return (
    !given && ![...world.pods, ...world.services].some((each) => each.namespace === name && each.place !== undefined)
  )
}

/** Policy versions are known only for a live cluster. There, an object that was not read does not exist. */
export function isLive({ policyVersions }: World): boolean {
  return policyVersions !== undefined
}

export function hasNamespace(name: string, { namespaces }: World): boolean {
  return namespaces.some((each) => each.name === name)
}
