import { existsSync } from 'node:fs'
import type { Request, Results, WorkerMessage, WorkerRequest } from '../protocol.ts'
import { createLab, type Lab } from './lab.ts'
import { openNamespaces } from './namespaces.ts'

export interface Session {
  /** Starts processing one message. Never throws; reports errors as messages. */
  take(message: WorkerRequest): void
}

/** Processes requests of one connection. Changes of the world run one after another, batches of checks concurrently. */
export function openSession(tell: (message: WorkerMessage) => Promise<void>, fail: (error: unknown) => void): Session {
  const running = new Map<number, AbortController>()
  let lab: Lab | undefined
  let change: Promise<unknown> = Promise.resolve()

  const answers: {
    [K in Request['kind']]: (request: Extract<Request, { kind: K }>, id: number) => Promise<Results[K]>
  } = {
    async world({ world, settings }) {
      lab ??= createLab({
        namespaces: openNamespaces(),
        settings,
        ipv6: existsSync('/proc/net/if_inet6'),
        now: Date.now,
        onFault: fail,
      })
      return lab.change(world)
    },
    async run({ source, checks }, id) {
      const abort = new AbortController()
      running.set(id, abort)
      try {
        await up(lab).run(source, checks, { signal: abort.signal, tell: (observations) => tell({ id, observations }) })
        return null
      } finally {
        running.delete(id)
      }
    },
    overflowed: async () => up(lab).overflowed(),
    admitted: async ({ pod }) => up(lab).admitted(pod),
  }

  async function answer(id: number, request: Request): Promise<void> {
    try {
      const result = await (
        answers[request.kind] as (request: Request, id: number) => Promise<Results[Request['kind']]>
      )(request, id)
      await tell({ id, result })
    } catch (error) {
      await tell({ id, error: error instanceof Error ? error.message : String(error) })
    }
  }

  return {
    take(message) {
      if ('cancel' in message) return void running.get(message.cancel)?.abort()
      const { id, request } = message
      if (request.kind === 'world') change = change.then(() => answer(id, request))
      else void answer(id, request)
    },
  }
}

function up(lab: Lab | undefined): Lab {
  if (lab === undefined) throw new Error('the lab has no world yet')
  return lab
}
