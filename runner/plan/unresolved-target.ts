import type { Backend } from '../../fabric/endpoints.ts'
import type { Service } from '../../fabric/world.ts'
import type { AddressDestination, Port } from './planned-check.ts'

/** Why a target has no address, or fewer addresses than expected. */
export interface UnresolvedTarget {
  readonly cause: 'no_such_name' | 'no_such_port' | 'no_endpoints' | 'target_gone' | 'external_name' | 'no_route'
  readonly sentence: string
  /** The result relies on declared container ports. Packets may disprove it. */
  readonly declared?: true
  /** The target may exist; something that could not be read decides. */
  readonly hidden?: true
}

export interface TargetDestinations {
  readonly destinations: readonly AddressDestination[]
  readonly unresolvedTarget?: UnresolvedTarget
}

/** Why a Service has no ready endpoint at a port. */
export function noEndpoints(
  service: Service,
  backends: readonly Backend[],
  { port, protocol }: Port,
): UnresolvedTarget {
  const { namespace, name, ports } = service
  const asked = ports.find((each) => each.port === port && each.protocol === protocol)
  const why = whyNone(service, backends, asked?.targetPort)
  return { cause: 'no_endpoints', sentence: `Service ${namespace}/${name} has no ready endpoints (${why})` }
}

function whyNone({ selector }: Service, backends: readonly Backend[], target: string | number | undefined): string {
  if (backends.length === 0) return selector === undefined ? 'nobody wrote any for it' : 'no pod matches its selector'
  const pods = [...new Set(backends.flatMap(({ pod }) => pod ?? []))]
  const serving =
    typeof target === 'number' ? pods : pods.filter(({ ports }) => ports.some(({ name }) => name === target))
  if (target !== undefined && serving.length === 0 && pods.length > 0)
    return `${pods.length === 1 ? 'its pod does not declare' : `none of its ${pods.length} pods declares`} a port named ${target}`
  const troubled = serving.find(({ trouble }) => trouble !== undefined)
  const detail = troubled === undefined ? '' : `: ${troubled.name}: ${troubled.trouble}`
  return `${serving.length || backends.length} not ready${detail}`
}
