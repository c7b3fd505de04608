import { type AddressClass, type KnownAddress, knowAddress } from './addresses.ts'

/** Classes of targets that a probe refuses unless they are allowed by name (docs/reference/probe.md). */
export const allowable = ['loopback', 'link-local', 'metadata', 'kubelet', 'apiserver', 'etcd'] as const
export type Allowable = (typeof allowable)[number]

/** The class of a target. Each of its classes must be allowed before a connection; the last three never are. */
export type TargetClass = Allowable | AddressClass

/** Even if allowed, these get a TCP connection and no data. */
const connectOnly: ReadonlySet<TargetClass> = new Set(['metadata', 'kubelet', 'apiserver', 'etcd'])

/** https://kubernetes.io/docs/reference/networking/ports-and-protocols/ */
const ports: ReadonlyMap<number, TargetClass> = new Map([
  [10_250, 'kubelet'],
  [10_255, 'kubelet'],
  [2_379, 'etcd'],
  [2_380, 'etcd'],
  [6_443, 'apiserver'],
])

/** Why a target is refused, for the phase `admission`; undefined if a connection is allowed. */
export type Refusal = { readonly refused: TargetClass; readonly detail: string }

export interface TargetOptions {
  readonly allowTargets: readonly Allowable[]
  /** Host and port of the API server for pods (`KUBERNETES_SERVICE_HOST`). */
  readonly apiserver?: { readonly address: string; readonly port: number }
  /**
   * The nameservers in the pod's resolv.conf, which are always allowed on port 53 (NodeLocal DNSCache is link-local).
   */
  readonly nameservers: () => readonly string[]
}

/**
 * Checks IP literals. `sends` is false for a check that connects and writes nothing. Text that is not an address is
 * refused too.
 */
export type TargetPolicy = (address: string, port: number, sends: boolean) => Refusal | undefined

/**
 * The policy of one probe. Targets in `allowTargets` are allowed; of these, `metadata`, `kubelet`, `apiserver` and
 * `etcd` for connections only.
 */
export function createTargetPolicy(options: TargetOptions): TargetPolicy {
  const allowed: ReadonlySet<TargetClass> = new Set(options.allowTargets)
  const know = remembering(knowAddress)
  const apiserver = options.apiserver && know(options.apiserver.address)?.canonical
  return (address, port, sends) => {
    const known = know(address)
    if (known === undefined)
      return { refused: 'unspecified', detail: `refused: ${address.slice(0, 100)} is no IP address` }
    const isRefused = (each: TargetClass) => !allowed.has(each) || (sends && connectOnly.has(each))
    const byPort = ports.get(port)
    const isApiserver = port === options.apiserver?.port && known.canonical === apiserver
    const refused =
      known.classes.find(isRefused) ??
      (byPort !== undefined && isRefused(byPort) ? byPort : undefined) ??
      (isApiserver && isRefused('apiserver') ? 'apiserver' : undefined)
    if (refused === undefined) return undefined
    if (port === 53 && options.nameservers().some((each) => know(each)?.canonical === known.canonical)) return undefined
    return { refused, detail: sentence(refused, allowed.has(refused)) }
  }
}

function sentence(refused: TargetClass, isAllowed: boolean): string {
  if (isAllowed) return `refused: ${refused} targets may be connected to, but nothing is sent to them`
  const way = (allowable as readonly string[]).includes(refused) ? `; --allow-targets ${refused} permits it` : ''
  return `refused: ${refused} targets are not dialled${way}`
}

const remembered = 4096

/** Cached, because a batch uses the same few addresses 20,000 times a second. */
function remembering(know: typeof knowAddress): typeof knowAddress {
  const memory = new Map<string, KnownAddress | undefined>()
  return (address) => {
    if (memory.has(address)) return memory.get(address)
    const known = know(address)
    if (memory.size >= remembered) memory.clear()
    memory.set(address, known)
    return known
  }
}
