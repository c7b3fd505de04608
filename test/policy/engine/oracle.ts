/* A second reading of the NetworkPolicy API, as plain as it gets and without a line of the engine's: manifests in, yes or no out. */

export interface OraclePod {
  readonly name: string
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  readonly address: string
  readonly ports: readonly { name: string; port: number; protocol: string }[]
}
export type OracleEnd = OraclePod | { readonly address: string }
// biome-ignore lint/suspicious/noExplicitAny: manifests are read as they are written
type Manifest = any // oxlint-disable-line typescript/no-explicit-any

/** Whether a new connection may pass; `spaces` are the labels of each namespace. */
export function mayPass(
  { from, to, port, protocol }: { from: OracleEnd; to: OracleEnd; port: number; protocol: string },
  { policies, spaces }: { policies: readonly Manifest[]; spaces: Readonly<Record<string, Record<string, string>>> },
): boolean {
  const selected = (selector: Manifest, labels: Record<string, string>): boolean =>
    Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
    (selector?.matchExpressions ?? []).every(({ key, operator, values }: Manifest) => {
      if (operator === 'In') return values.includes(labels[key])
      if (operator === 'NotIn') return !values.includes(labels[key])
      return (operator === 'Exists') === (labels[key] !== undefined)
    })
  const binary = (address: string) =>
    address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('')
  const inside = (address: string, cidr: string) => {
    const [base = '', bits = ''] = cidr.split('/')
    return binary(address).slice(0, Number(bits)) === binary(base).slice(0, Number(bits))
  }
  const meant = ({ ipBlock, podSelector, namespaceSelector }: Manifest, end: OracleEnd, own: string): boolean => {
    if (ipBlock)
      return (
        inside(end.address, ipBlock.cidr) && !(ipBlock.except ?? []).some((hole: string) => inside(end.address, hole))
      )
    if (!('labels' in end)) return false
    const space = namespaceSelector ? selected(namespaceSelector, spaces[end.namespace] ?? {}) : end.namespace === own
    return space && selected(podSelector ?? {}, end.labels)
  }
  const open = (item: Manifest): boolean => {
    if ((item.protocol ?? 'TCP') !== protocol) return false
    if (typeof item.port === 'string')
      return (
        'ports' in to &&
        to.ports.some((each) => each.name === item.port && each.port === port && each.protocol === protocol)
      )
    return item.port === undefined || (port >= item.port && port <= (item.endPort ?? item.port))
  }
  const allowed = (subject: OracleEnd, other: OracleEnd, type: 'Ingress' | 'Egress'): boolean => {
    if (!('labels' in subject)) return true
    const list = type === 'Ingress' ? 'ingress' : 'egress'
    const isolating = policies.filter(({ metadata, spec }) => {
      const types = spec.policyTypes?.length
        ? spec.policyTypes
        : ['Ingress', ...(spec.egress?.length ? ['Egress'] : [])]
      return (
        metadata.namespace === subject.namespace && types.includes(type) && selected(spec.podSelector, subject.labels)
      )
    })
    const admits = ({ metadata, spec }: Manifest) =>
      (spec[list] ?? []).some((rule: Manifest) => {
        const peers = rule[type === 'Ingress' ? 'from' : 'to'] ?? []
        const opened = (usable: (item: Manifest) => boolean) =>
          !rule.ports?.length || rule.ports.some((item: Manifest) => usable(item) && open(item))
        const nameless = (peer: Manifest) => (item: Manifest) =>
          type === 'Ingress' || !peer.ipBlock || typeof item.port !== 'string'
        if (peers.length === 0) return opened(() => true)
        return peers.some((peer: Manifest) => meant(peer, other, metadata.namespace) && opened(nameless(peer)))
      })
    return isolating.length === 0 || isolating.some(admits)
  }
  return from === to || (allowed(from, to, 'Egress') && allowed(to, from, 'Ingress'))
}
