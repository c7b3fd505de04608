import { operatorsIn } from '../../fabric/operators.ts'
import { podsOfWorkload, workloadKinds } from '../../fabric/workloads.ts'
import type { World } from '../../fabric/world.ts'
import { isPlatformNamespace } from '../../policy/platform-namespaces.ts'
import { didYouMean, didYouMeanNamespace } from '../../policy/suggest.ts'
import { listed } from '../lint/words.ts'

/** What no object is called: one sentence and one way out for every command. */
export interface Missing {
  readonly kind: 'namespace' | 'service' | 'workload' | 'pod' | 'name'
  readonly sentence: string
  /** `did you mean …?`, or where the thing is instead. */
  readonly hint?: string
  /** Why it may exist all the same. */
  readonly unsure?: string
}

/** The sentence with its hint. */
export function missingText({ sentence, hint }: Missing): string {
  return hint === undefined ? sentence : `${sentence}: ${hint}`
}

function missingNamespace(name: string, world: World): Missing {
  const hint = didYouMeanNamespace(
    name,
    world.namespaces.map((each) => each.name),
  )
  const unsure = isOfPlatform(name, world) ? `namespace ${name} is not in the input` : undefined
  return { kind: 'namespace', sentence: `there is no namespace ${name}`, hint, unsure }
}

/** A Service that its namespace does not have, or the namespace itself. */
export function missingService({ namespace, name }: Place, world: World): Missing {
  const homes = world.services.filter((each) => each.name === name).map((each) => each.namespace)
  const elsewhere = homes.length === 0 ? undefined : `Service ${name} is in ${listed(homes)}`
  if (!hasNamespace(namespace, world)) {
    const near = homes.length === 0 ? undefined : didYouMeanNamespace(namespace, homes)
    const missing = missingNamespace(namespace, world)
    return { ...missing, hint: near ?? elsewhere ?? missing.hint }
  }
  const own = world.services.filter((each) => each.namespace === namespace).map((each) => each.name)
  const near = didYouMean(name, own)
  const unsure = near === undefined ? whyUnsure({ namespace, name }, world) : undefined
  return { kind: 'service', sentence: `namespace ${namespace} has no Service ${name}`, hint: near ?? elsewhere, unsure }
}

/** A pod, or a workload (full lower-case kind) of which no pod is known: it may be scaled to zero. Or else its namespace is missing. */
export function missingWorkload({ namespace, name, kind }: Place & { readonly kind: string }, world: World): Missing {
  if (!hasNamespace(namespace, world)) return missingNamespace(namespace, world)
  const here = world.pods.filter((pod) => pod.namespace === namespace)
  const title = workloadKinds[kind] ?? kind
  const alike =
    kind === 'pod' ? here.map((pod) => pod.name) : namesOf(here.filter(({ workload }) => workload.kind === title))
  const other = here.find(({ workload }) => workload.name === name)?.workload
  const homes = world.pods
    .map((pod) => pod.namespace)
    .filter((each) => podsOfWorkload(each, `${kind}/${name}`, world).length > 0)
  const hint =
    didYouMean(name, alike) ??
    (other === undefined ? undefined : `did you mean ${other.kind.toLowerCase()}/${other.name}?`) ??
    (homes.length === 0 ? undefined : `${title} ${name} is in ${listed(homes)}`)
  const unsure = hint === undefined ? whyUnsure({ namespace, name }, world) : undefined
  const sentence = kind === 'pod' ? `there is no pod ${namespace}/${name}` : `${namespace}/${kind}/${name} has no pod`
  return { kind: 'workload', sentence, hint, unsure }
}

/** What of `namespace/kind/name` no object is called; none where it is there, or is of a kind that is not looked up. */
export function missingNoun(noun: Place & { readonly kind: string }, world: World): Missing | undefined {
  const { namespace, kind, name } = noun
  if (kind === 'namespace') return hasNamespace(name, world) ? undefined : missingNamespace(name, world)
  if (kind === 'service') {
    const isThere = world.services.some((each) => each.namespace === namespace && each.name === name)
    return isThere ? undefined : missingService(noun, world)
  }
  return podsOfWorkload(namespace, `${kind}/${name}`, world).length > 0 ? undefined : missingWorkload(noun, world)
}

interface Place {
  readonly namespace: string
  readonly name: string
}

/** Why objects of a namespace may exist that are not in the input; none where a cluster was read. */
function whyUnsure({ namespace, name }: Place, world: World): string | undefined {
  if (isLive(world)) return undefined
  if (namespace === 'default' && name === 'kubernetes') return 'the Service of the API server is not in the input'
  if (isOfPlatform(namespace, world)) return `namespace ${namespace} is not in the input`
  const [maker] = operatorsIn(namespace, world)
  return maker && `${maker.kind} ${namespace}/${maker.name} may create it, and is not simulated`
}

/** Whether a namespace is one that platforms make, of which the input has nothing. */
function isOfPlatform(name: string, world: World): boolean {
  if (isLive(world) || !isPlatformNamespace(name)) return false
  const own = [world.pods, world.services].flatMap(
    (all): { readonly namespace: string; readonly place?: unknown }[] => [...all],
  )
  const given = world.namespaces.some((each) => each.name === name && each.place !== undefined)
  return !given && !own.some((each) => each.namespace === name && each.place !== undefined)
}

/** Versions of policies are known only where a cluster was read: then what it does not have does not exist. */
function isLive({ policyVersions }: World): boolean {
  return policyVersions !== undefined
}

export function hasNamespace(name: string, { namespaces }: World): boolean {
  return namespaces.some((each) => each.name === name)
}

function namesOf(pods: World['pods']): string[] {
  return [...new Set(pods.map(({ workload }) => workload.name))]
}
