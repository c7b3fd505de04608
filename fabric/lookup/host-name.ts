import { didYouMean, didYouMeanNamespace, suggest } from '../../policy/suggest.ts'
import { isPrivate, isPublic, isWordDomain } from '../public-suffix.ts'
import type { Service, World } from '../world.ts'
import { listed } from './listed.ts'
import { hasNamespace, type Missing, missingService } from './missing.ts'

/** A parsed host name. */
export interface HostName {
  /** In lower case, without a final dot. */
  readonly text: string
  /** Without the cluster's domain. */
  readonly labels: readonly string[]
  /** Whether it ends in the cluster's domain. */
  readonly inside: boolean
  /** Whether it has a final dot, which disables the search list. */
  readonly absolute: boolean
}

export function hostNameOf(host: string, domain: string): HostName {
  const text = host.toLowerCase().replace(/\.$/, '')
  const inside = text.endsWith(`.${domain}`)
  const labels = (inside ? text.slice(0, -domain.length - 1) : text).split('.')
  return { text, labels, inside, absolute: host.endsWith('.') }
}

/**
 * Whether a host without an object is a name outside the cluster, by the rule of docs/reference/scenario-file.md:
 * declared, under a domain of the internet or of private networks, or too long for a cluster name; and not similar to
 * the name of a Service here.
 */
export function isOutside(name: HostName, namespace: string | undefined, world: World): boolean {
  const { text, labels, inside } = name
  const [first = '', second = '', third = ''] = labels
  if (inside || labels.length === 1) return false
  if (isDeclared(text, world)) return true
  if (labels.at(-1) === 'svc' || misspeltDomain(name, world) !== undefined) return false
  const isDomain = isPublic(text) || isPrivate(text)
  if (labels.length === 2) {
    if (hasNamespace(second, world) || serviceIn(namespace, second, world) !== undefined) return false
    const isName = isWordDomain(text) && world.services.some((service) => service.name === first)
    return isDomain && !isName && !isNearHome(first, second, world)
  }
  if (labels.length > 3) return true
  if (serviceIn(third, second, world) !== undefined) return false
  return (!hasNamespace(third, world) || isDomain) && !isNearHome(second, third, world)
}

/** What is missing for a host that is not a name outside the cluster. */
export function missingHost(name: HostName, namespace: string | undefined, world: World): Missing {
  const { labels, inside, absolute } = name
  const [first = '', second = '', third = '', fourth] = labels
  const missing = (sentence: string, near?: string): Missing => ({ kind: 'name', sentence, near })
  const { domain } = world
  const full = misspeltDomain(name, world)
  if (full !== undefined) return missing(`the cluster's domain is ${domain}`, `did you mean ${full}?`)
  if (absolute && !inside) {
    const own =
      labels.length === 1 ? [first, namespace ?? '', 'svc'] : labels.at(-1) === 'svc' ? labels : [...labels, 'svc']
    return missing('a final dot shuts out the search list', `did you mean ${own.join('.')}.${domain}.?`)
  }
  if (labels.length === 1) return missingShort(first, namespace, world)
  if (labels.at(-1) === 'pod' && inside) return missing('no pod has that address in that namespace')
  if (labels.at(-1) !== 'svc' && inside)
    return missing(
      `a name of a Service ends in .svc.${domain}`,
      `did you mean ${[...labels, 'svc', domain].join('.')}?`,
    )
  if (labels.length === 2 && second === 'svc') return missing('it lacks the namespace of its Service')
  if (labels.length === 2) {
    const own = serviceIn(namespace, second, world)
    const isPod = own !== undefined && !hasNamespace(second, world)
    return isPod ? missingPod(first, own, world) : missingService({ name: first, namespace: second }, world)
  }
  if (labels.length === 3 && third === 'svc') return missingService({ name: first, namespace: second }, world)
  if (fourth !== undefined && (labels.length > 4 || fourth !== 'svc')) return missing('no object has such a name')
  const service = serviceIn(third, second, world)
  return service === undefined
    ? missingService({ name: second, namespace: third }, world)
    : missingPod(first, service, world)
}

function missingShort(name: string, namespace: string | undefined, world: World): Missing {
  const homes = world.services.filter((each) => each.name === name)
  const full = homes.map((service) => `${service.name}.${service.namespace}.svc.${world.domain}`)
  const there = homes.length === 0 ? undefined : `it is in another namespace: write ${full.join(' or ')}`
  if (namespace === undefined)
    return { kind: 'name', sentence: 'outside the cluster no search list completes it', elsewhere: there }
  const missing = missingService({ namespace, name }, world)
  return { ...missing, elsewhere: there }
}

/** A name below a Service: one of its pods, by hostname. */
function missingPod(hostname: string, { namespace, name }: Service, world: World): Missing {
  const pods = world.pods.filter((pod) => pod.namespace === namespace && pod.subdomain === name)
  const names = pods.map((pod) => pod.hostname ?? pod.name)
  return {
    kind: 'pod',
    sentence: `Service ${namespace}/${name} has no pod ${hostname}`,
    near: didYouMean(hostname, names),
    elsewhere: names.length === 0 ? undefined : `its pods are ${listed(names)}`,
  }
}

/** The name with the cluster's domain, for a name that ends in a misspelled or incomplete cluster domain. */
function misspeltDomain({ labels, inside }: HostName, world: World): string | undefined {
  const at = labels.findIndex((label, index) => index > 1 && isNearly(label, 'svc'))
  if (inside || at < 0 || at > 3) return undefined
  // `sv` and `sc` are country codes.
  if (labels[at] !== 'svc' && !hasNamespace(labels[at - 1] ?? '', world)) return undefined
  const [rest, whole] = [labels.slice(at), ['svc', ...world.domain.split('.')]]
  const isPart = rest.every((label, index) => isNearly(label, whole[index]))
  const isUsual = rest.join('.') === 'svc.cluster.local'
  if (rest.join('.') === 'svc' || (!isPart && !isUsual)) return undefined
  return [...labels.slice(0, at), ...whole].join('.')
}

function isNearly(label: string, meant: string | undefined): boolean {
  return meant !== undefined && (label === meant || suggest(label, [meant]) !== undefined)
}

/** Whether a namespace with a similar name has a Service of that name. */
function isNearHome(service: string, namespace: string, { services }: World): boolean {
  const homes = services.filter(({ name }) => name === service).map((each) => each.namespace)
  return homes.length > 0 && (homes.includes(namespace) || didYouMeanNamespace(namespace, homes) !== undefined)
}

function serviceIn(namespace: string | undefined, name: string, { services }: World): Service | undefined {
  return services.find((each) => each.name === name && each.namespace === namespace)
}

/** Stand-ins of the lab, hosts of ServiceEntries (including `*.example.com`), and targets of ExternalNames. */
function isDeclared(text: string, { externals = [], services }: World): boolean {
  return (
    externals.some((each) => each === text || (each.startsWith('*.') && text.endsWith(each.slice(1)))) ||
    services.some(({ externalName }) => externalName?.toLowerCase().replace(/\.$/, '') === text)
  )
}
