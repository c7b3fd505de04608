import { setTimeout as delay } from 'node:timers/promises'
import { ownedLabel } from '../owned.ts'
import type { Client } from './client.ts'
import { type LiveObject, listObjects } from './objects.ts'
import { resources } from './resources.ts'

/** How often a namespace's pods are asked for while somebody waits, in milliseconds. */
const periodMs = 100

/** Waits for pods that this run made; all who wait in a namespace share one list request (the client's Watch ends by itself). */
export interface PodWatch {
  /** The pod as soon as `until` gives something for it; rejects with what `waitingFor` says when the time is up. */
  wait<T>(
    pod: { readonly namespace: string; readonly name: string },
    wanted: Wanted<T>,
    signal: AbortSignal,
  ): Promise<T>
}

export interface Wanted<T> {
  /** The answer, or undefined to wait on; the pod is undefined while it is not listed. */
  until(pod: LiveObject | undefined): T | undefined
  readonly withinMs: number
  /** The sentence of the rejection. */
  late(): string
}

/** A watch over pods with the owned label. */
export function createPodWatch(client: Client): PodWatch {
  const rounds = new Map<string, Promise<ReadonlyMap<string, LiveObject>>>()

  const list = async (namespace: string, signal: AbortSignal) => {
    const labelSelector = `${ownedLabel}=true`
    const pods = await listObjects(client, { resource: resources.Pod, namespace, labelSelector }, signal)
    return new Map(pods.map((pod) => [pod.metadata.name, pod]))
  }
  /** The list that is on its way, or a new one. It is nobody's own: one that gives up must not end it for the others. */
  const nextRound = (namespace: string) => {
    const running = rounds.get(namespace)
    if (running !== undefined) return running
    const round = list(namespace, AbortSignal.timeout(60_000)).finally(() => rounds.delete(namespace))
    rounds.set(namespace, round)
    return round
  }

  return {
    async wait({ namespace, name }, wanted, signal) {
      for (const end = performance.now() + wanted.withinMs; ; ) {
        signal.throwIfAborted()
        const pods = await nextRound(namespace)
        const answer = wanted.until(pods.get(name))
        if (answer !== undefined) return answer
        if (performance.now() > end) throw new Error(wanted.late())
        await delay(periodMs, undefined, { signal })
      }
    },
  }
}
