import type { Problem, Protocol } from '../../../policy/types.ts'
import type { MatrixOptions, Port } from '../../matrix/selection.ts'
import { givesManifests } from '../access.ts'
import type { Invocation } from '../command.ts'
import { readLabelSelector } from '../label-selector.ts'

/** Reads the options of `crosscheck matrix`, or returns all problems with them. */
export function readMatrixOptions(
  options: Invocation['options'],
): MatrixOptions | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const refuse = (message: string, hint?: string) => {
    problems.push({ severity: 'error', message, ...(hint !== undefined && { hint }) })
  }
  if (options.lab !== true && options.predict !== true && givesManifests(options))
    refuse('matrix: nothing says where to measure', 'add --lab to measure in the lab, or --predict to compute')
  const ports = ((options.port ?? []) as string[]).flatMap((text): Port[] => {
    const port = readPort(text)
    if (port === undefined) refuse(`--port ${text}: expected a port from 1 to 65535, as in 80/TCP, 53/UDP or 80`)
    return port === undefined ? [] : [port]
  })
  const labels = options.selector as string | undefined
  const selector = labels === undefined ? {} : readLabelSelector(labels)
  if (typeof selector === 'string') refuse(`-l ${labels}: ${selector}`)
  const digit = options.family as string | undefined
  const family = digit === '4' ? 4 : digit === '6' ? 6 : undefined
  if (digit !== undefined && family === undefined) refuse(`--family ${digit}: expected 4 or 6`)
  const namespaces = (options.namespace ?? []) as string[]
  const everything = options.allNamespaces === true
  if (everything && namespaces.length > 0) refuse('-A and -n contradict each other')
  if (problems.length > 0 || typeof selector === 'string') return { problems }
  return {
    namespaces,
    selector,
    everything,
    services: options.services === true,
    ports: [...new Map(ports.map((port) => [`${port.port}/${port.protocol}`, port])).values()],
    ...(family === undefined ? {} : { family }),
  }
}

/** Parses `80/TCP`. The default protocol is TCP. */
function readPort(text: string): Port | undefined {
  const [, digits, protocol = 'TCP'] = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/i.exec(text) ?? []
  const port = Number(digits)
  return port >= 1 && port <= 65_535 ? { port, protocol: protocol.toUpperCase() as Protocol } : undefined
}
