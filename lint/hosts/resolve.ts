import { lookUpHost } from '../../fabric/lookup/host-lookup.ts'
import { hintOf, type Missing } from '../../fabric/lookup/missing.ts'
import { isPublic } from '../../fabric/public-suffix.ts'
import type { Pod, Service } from '../../fabric/world.ts'
import type { Context } from '../context.ts'

/** What a host resolves to for a pod of a namespace, with the search list of resolv.conf(5). */
export type Resolved =
  | { readonly kind: 'service'; readonly service: Service }
  | { readonly kind: 'pod'; readonly pod: Pod; readonly service: Service }
  /** A short name that matches only Services of other namespaces. */
  | { readonly kind: 'elsewhere'; readonly services: readonly Service[] }
  /** A single-label name that does not exist in the input. */
  | { readonly kind: 'unknown'; readonly missing: Missing }
  /** A longer name of the cluster that does not exist in the input. */
  | { readonly kind: 'missing'; readonly missing: Missing }
  /** Outside the cluster, or not decidable. */
  | { readonly kind: 'other' }

const other: Resolved = { kind: 'other' }
/** Last labels that are not cluster names: reserved domains and file extensions. */
const foreign =
  /^(local|internal|lan|localdomain|home|test|example|invalid|ya?ml|json|toml|ini|conf|cfg|xml|txt|log|properties|jar|sock|pem|key|crt|html|css|csv|sql|proto)$/

/** Resolves a host (lower case, `*` for a variable). */
export function resolve(host: string, namespace: string, context: Context): Resolved {
  const labels = host.split('.')
  if (labels.some((label) => label.startsWith('_')) || labels.slice(1).some((label) => label.includes('*')))
    return other
  const isFull = /\.svc(\.cluster\.local)?$/.test(host)
  // A variable before the full name of a Service stands for one of its pods.
  const isPod = isFull && labels.indexOf('svc') === 3
  if (host.includes('*') && !isPod) return other
  const named = lookUpHost(host.includes('*') ? labels.slice(1).join('.') : host, namespace, context.world)
  if (named.kind === 'service') return { kind: 'service', service: named.service }
  if (named.kind === 'pods') return podOf(named.pods, context)
  if (named.kind !== 'nothing') return other
  if (labels.length === 1) return short(host, named.missing, context)
  return (isFull || isMeant(labels, named.missing, context)) && isKnown(named.missing, context)
    ? { kind: 'missing', missing: named.missing }
    : other
}

function podOf([pod]: readonly Pod[], { population }: Context): Resolved {
  const service = population.servicesIn(pod?.namespace ?? '').find(({ name }) => name === pod?.subdomain)
  return pod === undefined || service === undefined ? other : { kind: 'pod', pod, service }
}

function short(name: string, missing: Missing, { population }: Context): Resolved {
  const services = population.servicesNamed(name)
  return services.length > 0 ? { kind: 'elsewhere', services } : { kind: 'unknown', missing }
}

/**
 * Without `.svc`, a text may be a domain or a file (`api.dev`, `api.yaml`). It counts only if an object with the same or a similar name is
 * in the input.
 */
function isMeant(labels: readonly string[], missing: Missing, { population }: Context): boolean {
  const last = labels.at(-1) ?? ''
  if (missing.near !== undefined) return true
  if (foreign.test(last) || isPublic(labels.join('.')))
    return population.hasNamespace(last) && hintOf(missing) !== undefined
  return population.hasNamespace(last) || hintOf(missing) !== undefined
}

/**
 * Whether the object certainly does not exist. For Kubernetes' own namespaces and for pods behind a Service, only the content of the input
 * is known.
 */
function isKnown(missing: Missing, { operatorsIn }: Context): boolean {
  const { kind, unsure } = missing
  if (kind === 'pod' || kind === 'name') return hintOf(missing) !== undefined
  return kind !== 'service' || unsure === undefined || operatorsIn(missing.namespace ?? '').length > 0
}
