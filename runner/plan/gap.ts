import type { Pod, Service } from '../../fabric/world.ts'
import type { AddressAim } from './dial.ts'

/** Why a target leads to no address, or to fewer than meant. */
export interface Gap {
  readonly cause: 'no_such_name' | 'no_such_port' | 'no_endpoints' | 'target_gone' | 'external_name' | 'no_route'
  readonly sentence: string
  /** It may be there: what could not be read decides. */
  readonly hidden?: true
}

export interface Aims {
  readonly aims: readonly AddressAim[]
  readonly gap?: Gap
}

/** A Service behind which nothing is ready, with the reason. */
export function noEndpoints({ namespace, name, selector }: Service, notReady: readonly (Pod | undefined)[]): Gap {
  const none = selector === undefined ? 'nobody wrote any for it' : 'no pod matches its selector'
  const troubled = notReady.find((pod) => pod?.trouble !== undefined)
  const detail = troubled === undefined ? '' : `: ${troubled.name}: ${troubled.trouble}`
  const why = notReady.length > 0 ? `${notReady.length} not ready${detail}` : none
  return { cause: 'no_endpoints', sentence: `Service ${namespace}/${name} has no ready endpoints (${why})` }
}
