import type { Pod, Service } from '../../../fabric/world.ts'
import type { Context } from '../context.ts'

/** What a host is, as a pod of a namespace resolves it by the search list of resolv.conf(5). */
export type Resolved =
  | { readonly kind: 'service'; readonly service: Service }
  | { readonly kind: 'pod'; readonly pod: Pod; readonly service: Service }
  /** A short name of a Service of other namespaces. */
  | { readonly kind: 'elsewhere'; readonly services: readonly Service[] }
  | { readonly kind: 'no-service'; readonly name: string; readonly namespace: string }
  | { readonly kind: 'no-namespace'; readonly name: string; readonly namespace: string }
  | { readonly kind: 'no-pod'; readonly name: string; readonly service: Service }
  /** A name of one label that nothing here has. */
  | { readonly kind: 'unknown' }
  /** Outside the cluster, or not to be told. */
  | { readonly kind: 'other' }

const other: Resolved = { kind: 'other' }
/** Last labels that are plainly of the internet (two letters are a country's), or of the name of a file. */
const foreign =
  /^([a-z]{2}|com|org|net|edu|gov|int|mil|info|dev|app|cloud|online|site|tech|xyz|biz|shop|page|local|internal|lan|localdomain|home|test|example|invalid|svc|ya?ml|json|toml|ini|conf|cfg|xml|txt|log|properties|jar|sock|pem|key|crt|html|css|csv|sql|proto)$/

/** Resolves a host (lower case, `*` for a variable). */
export function resolve(host: string, namespace: string, context: Context): Resolved {
  const inside = host.endsWith('.svc.cluster.local') || host.endsWith('.svc')
  const labels = host.replace(/\.svc(\.cluster\.local)?$/, '').split('.')
  if (labels.some((label) => label.startsWith('_')) || labels.slice(1).some((label) => label.includes('*')))
    return other
  if (inside) return full(labels, context)
  if (host.includes('*')) return other
  if (labels.length === 1) return short(host, namespace, context)
  if (labels.length === 2) return pair(labels[0]!, labels[1]!, { namespace, context })
  const meant = labels.length === 3 && isMeant(labels[1]!, labels[2]!, context)
  return meant ? full(labels, context) : other
}

function full(labels: readonly string[], context: Context): Resolved {
  if (labels.length === 2) return labels[0]!.includes('*') ? other : serviceIn(labels[0]!, labels[1]!, context)
  if (labels.length !== 3) return other
  const [pod = '', name = '', namespace = ''] = labels
  const found = serviceIn(name, namespace, context)
  return found.kind === 'service' && !pod.includes('*') ? podOf(pod, found.service, context) : found
}

function short(name: string, namespace: string, context: Context): Resolved {
  const own = find(name, namespace, context)
  if (own !== undefined) return { kind: 'service', service: own }
  const services = context.population.servicesNamed(name)
  return services.length > 0 ? { kind: 'elsewhere', services } : { kind: 'unknown' }
}

/** `service.namespace`, `pod.service` of the own namespace, or a domain of the internet. */
function pair(
  first: string,
  second: string,
  { namespace, context }: { namespace: string; context: Context },
): Resolved {
  const headless = find(second, namespace, context)
  if (headless !== undefined && (headless.headless || !isKnown(second, context))) return podOf(first, headless, context)
  if (isMeant(first, second, context)) return serviceIn(first, second, context)
  const gone = isService(first, context) && !foreign.test(second) && !isKnown(second, context)
  return gone ? { kind: 'no-namespace', name: first, namespace: second } : other
}

/** A namespace may be called `dev` or `app`, and `example.dev` is still a name of the internet. */
function isMeant(service: string, namespace: string, context: Context): boolean {
  return isKnown(namespace, context) && (!foreign.test(namespace) || isService(service, context))
}

function isService(name: string, { population }: Context): boolean {
  return population.servicesNamed(name).length > 0
}

/** Of Kubernetes' own namespaces only what the input has is known. */
function serviceIn(name: string, namespace: string, context: Context): Resolved {
  const service = find(name, namespace, context)
  if (service !== undefined) return { kind: 'service', service }
  const own = namespace === 'default' || namespace.startsWith('kube-')
  if (own && context.population.servicesIn(namespace).every((each) => each.place === undefined)) return other
  if (namespace === 'default' && name === 'kubernetes') return other
  return isKnown(namespace, context)
    ? { kind: 'no-service', name, namespace }
    : { kind: 'no-namespace', name, namespace }
}

function podOf(name: string, service: Service, { population }: Context): Resolved {
  const pods = population
    .podsIn(service.namespace)
    .filter(({ subdomain, workload }) => subdomain === service.name && workload.kind === 'StatefulSet')
  const pod = pods.find((each) => (each.hostname ?? each.name) === name)
  if (pod !== undefined) return { kind: 'pod', pod, service }
  return service.headless && pods.length > 0 ? { kind: 'no-pod', name, service } : other
}

function find(name: string, namespace: string, { population }: Context): Service | undefined {
  return population.servicesNamed(name).find((service) => service.namespace === namespace)
}

function isKnown(namespace: string, { population }: Context): boolean {
  return population.hasNamespace(namespace)
}
