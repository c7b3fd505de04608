import type { Pod } from '../../fabric/world.ts'
import type { AddressDestination, Destination } from './planned-check.ts'
import type { UnresolvedTarget } from './unresolved-target.ts'

/** What the objects say about the listeners of a Service whose containers do not declare every port. */
export interface Undeclared {
  /** Assumed listeners, one sentence each. */
  readonly assumed: readonly string[]
  /** Ready endpoints without an assumed listener. */
  readonly missing: Missing | undefined
}

interface Missing {
  readonly cause: 'partly_open' | 'not_listening'
  readonly sentence: string
  /** The target is a pod itself, so only policies are known. */
  readonly isPod?: true
}

type Behind = Extract<AddressDestination, { kind: 'pod' }> & { readonly behind: object }

/** Inspects the listeners of a Service. The result is empty if all are declared or the target is not a Service. */
export function undeclaredOf(
  destinations: readonly Destination[],
  unresolvedTarget: UnresolvedTarget | undefined,
): Undeclared {
  const ready = destinations.filter((destination) => isBehind(destination)).filter((destination) => destination.ready)
  const once = [...new Map(ready.map((destination) => [podKey(destination), destination])).values()]
  const assumed = once.filter(({ behind }) => behind.listener === 'assumed')
  const missing = once.filter(({ behind }) => behind.listener === 'none')
  const [closed] = destinations.flatMap((destination) =>
    destination.kind === 'pod' && destination.listener === 'none' ? [destination] : [],
  )
  if (closed !== undefined && unresolvedTarget === undefined) return { assumed: [], missing: closedText(closed) }
  return {
    assumed: assumed.length === 0 ? [] : [assumedText(assumed)],
    missing: missing.length === 0 || unresolvedTarget !== undefined ? undefined : missingText(missing, once),
  }
}

function isBehind(destination: Destination): destination is Behind {
  return destination.kind === 'pod' && destination.behind !== undefined
}

function podKey({ pod, socket }: Behind): string {
  return `${nameOf(pod)} ${socket.port}/${socket.protocol}`
}

function closedText({ pod, socket }: Extract<AddressDestination, { kind: 'pod' }>): Missing {
  const others = pod.ports.map(({ port, protocol }) => `${port}/${protocol}`)
  const declared = others.length === 0 ? '' : ` (it has ${[...new Set(others)].join(', ')})`
  const sentence = `no container of ${nameOf(pod)} declares port ${socket.port}/${socket.protocol}${declared}: assumed that nothing listens there`
  return { cause: 'not_listening', sentence, isPod: true }
}

function assumedText(destinations: readonly Behind[]): string {
  const [{ pod, socket, behind }, ...more] = destinations as [Behind, ...Behind[]]
  const others = more.length === 0 ? '' : ` and ${more.length} more`
  const verb = more.length === 0 ? 'listens' : 'listen'
  const service = nameOf(behind.service)
  return `assumed: ${nameOf(pod)}${others} ${verb} on ${socket.port}/${socket.protocol}, where Service ${service} leads; no container declares the port`
}

function missingText(missing: readonly Behind[], all: readonly Behind[]): Missing {
  const [{ pod, socket, behind }, ...more] = missing as [Behind, ...Behind[]]
  const server = all.find((destination) => destination.behind.listener !== 'none')
  const { workload } = pod
  const which = workload.kind === 'Pod' ? '' : ` (${workload.kind} ${workload.name})`
  const others = more.length === 0 ? '' : ` and ${more.length} more`
  const verb = more.length === 0 ? 'does' : 'do'
  const port = `${socket.port}/${socket.protocol}`
  const head = `Service ${nameOf(behind.service)} ${server === undefined ? 'leads' : 'also leads'} to ${nameOf(pod)}${which}${others}`
  const undeclared = `which ${verb} not declare port ${port}`
  if (server === undefined)
    return { cause: 'not_listening', sentence: `${head}, ${undeclared}: assumed that nothing listens there` }
  const other = server.behind.listener === 'declared' ? ` as ${nameOf(server.pod)} does` : ''
  const sentence = `${head}, ${undeclared}${other}: assumed that nothing listens there, so that a share of the connections is refused`
  return { cause: 'partly_open', sentence }
}

function nameOf({ namespace, name }: Pick<Pod, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`
}
