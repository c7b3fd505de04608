import type { Observation } from '../checks/outcome.ts'
import type { Worker } from './launch.ts'
import { createOutbox, readMessages } from './lines.ts'
import type { Request, Results, WorkerMessage } from './protocol.ts'

/** The runner's end of the connection to a worker. */
export interface Connection {
  ask<K extends Exclude<Request['kind'], 'run'>>(request: Extract<Request, { kind: K }>): Promise<Results[K]>
  /**
   * Yields observations as they arrive. On abort, the worker ends its checks and their observations are still yielded.
   */
  run(request: Extract<Request, { kind: 'run' }>, signal: AbortSignal): AsyncGenerator<Observation>
  /** Stops the worker and everything in it; resolves when it is gone. */
  close(): Promise<void>
}

interface Pending {
  observations(batch: readonly Observation[]): void
  end(told: Exclude<WorkerMessage, { observations: unknown }> | { readonly error: string }): void
}

/** Speaks the protocol over a worker's pipes. When the worker dies, all pending requests reject. */
export function connectWorker(worker: Worker): Connection {
  const pending = new Map<number, Pending>()
  const outbox = createOutbox(worker.process.stdin)
  let issued = 0
  let death: string | undefined
  const gone = new Promise<void>((resolve) => {
    const end = () => {
      death = ['the lab has ended', worker.complaint()].filter(Boolean).join(': ')
      for (const each of pending.values()) each.end({ error: death })
      pending.clear()
      resolve()
    }
    worker.process.once('close', end)
  })
  const send = (request: Request, waiting: Pending): number => {
    issued += 1
    const id = issued
    if (death === undefined) {
      pending.set(id, waiting)
      void outbox.send({ id, request })
    } else waiting.end({ error: death })
    return id
  }
  void listen(worker, pending)

  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        send(request, {
          observations: () => undefined,
          end: (told) => ('error' in told ? reject(new Error(told.error)) : resolve(told.result as never)),
        })
      }),
    async *run(request, signal) {
      signal.throwIfAborted()
      const batches: Observation[] = []
      let ended: { readonly error?: string } | undefined
      let news = Promise.withResolvers<void>()
      const id = send(request, {
        observations(batch) {
          batches.push(...batch)
          news.resolve()
        },
        end(told) {
          ended = 'error' in told ? told : {}
          news.resolve()
        },
      })
      const cancel = () => void outbox.send({ cancel: id })
      signal.addEventListener('abort', cancel, { once: true })
      try {
        while (ended === undefined || batches.length > 0) {
          await news.promise
          news = Promise.withResolvers()
          yield* batches.splice(0)
        }
        if (ended.error !== undefined) throw new Error(ended.error)
      } finally {
        signal.removeEventListener('abort', cancel)
        if (ended === undefined) cancel()
      }
    },
    async close() {
      worker.process.stdin.end()
      const timer = setTimeout(() => worker.process.kill('SIGKILL'), patience)
      await gone
      clearTimeout(timer)
    },
  }
}

/** Milliseconds that a worker has to exit by itself. */
const patience = 2000

async function listen(worker: Worker, pending: Map<number, Pending>): Promise<void> {
  try {
    for await (const told of readMessages<WorkerMessage | { readonly hello: string }>(worker.process.stdout)) {
      if ('hello' in told) continue
      const waiting = pending.get(told.id)
      if ('observations' in told) waiting?.observations(told.observations)
      else {
        pending.delete(told.id)
        waiting?.end(told)
      }
    }
  } catch {
    // The pipe broke: the exit of the worker rejects all pending requests.
  }
}
