import type { Probe } from '../../fabric/fabric.ts'
import type { Verdict } from './endpoint-verdict.ts'

const contradicted = new Set<string>(['enforcement', 'unenforced', 'unexplained_block'])

/**
 * For a source on a node's network whose packets contradict the policies: says that policies may see another source address. Network plugins connect
 * to pods of the same node from a different address, and overlays to all pods.
 */
export function sourceAddressRemark(
  { cause, observed }: Pick<Verdict, 'cause' | 'observed'>,
  probe: Pick<Probe, 'identity' | 'pod' | 'node' | 'addresses'> | undefined,
): string[] {
  const isOnHost = probe?.identity.kind === 'node' || probe?.pod?.hostNetwork === true
  if (probe === undefined || !isOnHost || !contradicted.has(cause ?? '')) return []
  const { node = '', addresses } = probe
  const used = observed?.localAddress
  if (used === undefined)
    return [
      `policies see the address by which ${node} connects to pods: with an overlay that is none of the node's own`,
    ]
  if (addresses.includes(used)) return []
  return [
    `${node} connected from ${used}, which is none of its own addresses (${addresses.join(', ')}): policies see that one`,
  ]
}
