import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { connect, isIP } from 'node:net'
import { parseHosts, parseResolvConf } from './resolv-conf.ts'
import type { Vantage } from './vantage.ts'

export interface ProcessVantageOptions {
  /** Usually `/etc/resolv.conf`. */
  readonly resolvConf: string
  /** Usually `/etc/hosts`. */
  readonly hosts: string
}

type Found = (error: null, found: string | { address: string; family: number }[], family?: number) => void

/**
 * The network of this process. Create one and reuse it, because the limit on DNS queries in flight counts per vantage.
 * The synchronous `lookup` prevents Node from deferring the connection to a literal by a tick.
 */
export function processVantage(files: ProcessVantageOptions): Vantage {
  return {
    connect: ({ address, port }) =>
      connect({ host: 'literal.invalid', port, lookup: answering(address), autoSelectFamily: false }),
    datagram({ address, port }) {
      const family = isIP(address)
      const socket = createSocket({
        type: family === 6 ? 'udp6' : 'udp4',
        // Also called for the local bind address, which is not the target.
        lookup: (name, _options, found) => found(null, name, family),
      })
      socket.connect(port, address)
      return socket
    },
    resolvConf: () => parseResolvConf(read(files.resolvConf)),
    hosts: () => parseHosts(read(files.hosts)),
  }
}

function answering(address: string): (name: string, options: { all?: boolean }, found: Found) => void {
  const family = isIP(address)
  return (_name, { all }, found) => (all ? found(null, [{ address, family }]) : found(null, address, family))
}

/** An absent file counts as empty, as in the C library. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
