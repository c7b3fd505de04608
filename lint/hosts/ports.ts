import type { Pod, Service } from '../../fabric/world.ts'
import type { Context } from '../context.ts'
import { type Resolved, resolve } from './resolve.ts'

/** The ports of a host, as far as the input shows them. */
export interface HostPorts {
  /** `pods` if the name resolves directly to pods, without port translation. */
  readonly of: 'service' | 'pods'
  readonly ports: readonly { readonly port: number; readonly name?: string }[]
  /** The Service behind the host. */
  readonly service: Service
}

/** Returns the ports of a host, or undefined if they are unknown. */
export function portsOfHost(is: Resolved, context: Context): HostPorts | undefined {
  if (is.kind === 'pod') return podPorts([is.pod], is.service, context)
  if (is.kind !== 'service') return undefined
  const { service } = is
  if (service.type === 'ExternalName') return portsOfName(service, context)
  if (!service.headless) return { of: 'service', ports: service.ports, service }
  if (service.selector === undefined) return undefined
  return podPorts(context.population.select(service.namespace, { matchLabels: service.selector }), service, context)
}

/**
 * Returns the ports of the target of an ExternalName. Only a full name of this cluster counts, because a search list does not complete an
 * alias (RFC 1034, 3.6.2).
 */
export function portsOfName({ externalName = '', namespace, name }: Service, context: Context): HostPorts | undefined {
  const target = externalName.toLowerCase().replace(/\.$/, '')
  if (!target.endsWith(`.svc.${context.world.domain}`)) return undefined
  const is = resolve(target, namespace, context)
  const itself = is.kind === 'service' && is.service.namespace === namespace && is.service.name === name
  return itself || (is.kind === 'service' && is.service.type === 'ExternalName') ? undefined : portsOfHost(is, context)
}

function podPorts(pods: readonly Pod[], service: Service, { population }: Context): HostPorts | undefined {
  const { ports, silent } = population.listeningAll(pods)
  return pods.length === 0 || silent ? undefined : { of: 'pods', ports, service }
}
