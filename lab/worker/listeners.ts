import type { Socket } from 'node:net'
import { type ListenerFacts, serveConnection } from '../../probe/listener/connection.ts'
import { serveDatagrams } from '../../probe/listener/datagrams.ts'
import type { Zone } from '../dns/answer.ts'
import { answerDatagrams, answerStream } from './dns.ts'
import type { Namespaces } from './namespaces.ts'
import type { Poller } from './poller.ts'
import { serve, serveUdp, type Target } from './sockets.ts'

/** An open port in the lab. */
export interface ListenerSpec {
  readonly netns: string
  /** The name in responses: `namespace/name` of a pod, or `outside`. */
  readonly name: string
  readonly protocol: 'TCP' | 'UDP'
  /** Each address gets a separate socket; `::` accepts both families. */
  readonly addresses: readonly string[]
  readonly port: number
  /** `dns` answers from the lab's zone. `swallow` accepts and never responds, like a proxy whose upstream is silent. */
  readonly manner: 'answer' | 'dns' | 'swallow'
  readonly status?: number
}

export interface Listeners {
  /**
   * Opens new listeners and closes unwanted ones. Returns the names of those that could not be opened (`EADDRINUSE`).
   */
  set(wanted: readonly ListenerSpec[]): readonly string[]
}

/** Settings that all listeners share. */
export interface SharedFacts extends Omit<ListenerFacts, 'name' | 'status'> {
  /** The current DNS zone. */
  readonly zone: Zone
  readonly poller: Poller
}

/** Starts without listeners. */
export function openListeners(namespaces: Namespaces, facts: SharedFacts): Listeners {
  const open = new Map<string, () => void>()
  return {
    set(wanted) {
      const next = new Map(wanted.map((spec) => [JSON.stringify(spec), spec]))
      for (const [key, close] of open) {
        if (next.has(key)) continue
        close()
        open.delete(key)
      }
      const failed: string[] = []
      for (const [key, spec] of next) {
        if (open.has(key)) continue
        try {
          open.set(key, listen(spec, namespaces, facts))
        } catch (error) {
          failed.push(`${spec.name} ${String(spec.port)}/${spec.protocol}: ${(error as Error).message}`)
        }
      }
      return failed
    },
  }
}

function listen(spec: ListenerSpec, namespaces: Namespaces, shared: SharedFacts): () => void {
  const facts = { ...shared, name: spec.name, ...(spec.status === undefined ? {} : { status: spec.status }) }
  const closers: (() => void)[] = []
  try {
    for (const address of spec.addresses)
      closers.push(namespaces.enter(spec.netns, () => listenAt({ address, port: spec.port }, spec, facts)))
  } catch (error) {
    for (const close of closers) close()
    throw error
  }
  return () => {
    for (const close of closers) close()
  }
}

function listenAt(at: Target, spec: ListenerSpec, facts: SharedFacts & ListenerFacts): () => void {
  if (spec.protocol === 'UDP') {
    const socket = serveUdp(at)
    if (spec.manner === 'dns') answerDatagrams(socket, facts.zone)
    else serveDatagrams(socket, facts)
    return () => socket.close()
  }
  const manners = {
    answer: (socket: Socket) => serveConnection(socket, facts),
    dns: (socket: Socket) => answerStream(socket, facts.zone),
    swallow: (socket: Socket) => socket.on('error', () => socket.destroy()).resume(),
  }
  return serve(at, facts.poller, manners[spec.manner])
}
