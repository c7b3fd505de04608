import { setTimeout as delay } from 'node:timers/promises'
import type { Manifest } from '../../fabric.ts'
import { ApiError } from '../api/api-error.ts'
import type { Client } from '../api/client.ts'
import { type Address, applyObject, type LiveObject } from '../api/objects.ts'
import { resources } from '../api/resources.ts'
import type { Cluster } from '../cluster.ts'
import { stateOf } from './pod-state.ts'

/** How many times to wait for a missing service account, and for how long each time, in milliseconds. */
const tries = 100
const pauseMs = 50

/** Applies a pod. In a new namespace the default service account is created late, so this waits for it, 5 s at most. */
export async function createPod(client: Client, manifest: Manifest, signal: AbortSignal): Promise<LiveObject> {
  const { namespace, name } = manifest['metadata'] as { namespace: string; name: string }
  for (let attempt = 0; ; attempt++) {
    try {
      return await applyObject(client, { resource: resources.Pod, namespace, name }, manifest, signal)
    } catch (error) {
      const isEarly = error instanceof ApiError && /serviceaccount "?[^"]+"? not found/.test(error.message)
      if (!isEarly || attempt === tries) throw error
      await delay(pauseMs, undefined, { signal })
    }
  }
}

/**
 * The pod as soon as its containers run and it has an address, or a sentence that says why it does not start, including
 * failure of its node.
 */
export async function untilRunning(
  { pods, nodes }: Pick<Cluster, 'pods' | 'nodes'>,
  { namespace = '', name }: Pick<Address, 'namespace' | 'name'>,
  { withinMs, signal }: { readonly withinMs: number; readonly signal: AbortSignal },
): Promise<LiveObject | string> {
  let why = 'it was not seen yet'
  let last: LiveObject | undefined
  const done = new AbortController()
  const until = (pod: LiveObject | undefined): LiveObject | string | undefined => {
    last = pod
    if (pod === undefined) return undefined
    const state = stateOf(pod)
    if (state.kind === 'running') return pod
    why = state.why
    return state.kind === 'stuck' ? why : undefined
  }
  const late = () => `it is not up after ${withinMs / 1000} s: ${why}`
  try {
    const over = AbortSignal.any([signal, done.signal])
    const up = pods.wait({ namespace, name }, { until, withinMs, late }, over)
    return await Promise.race([up, nodes.lost(() => last, over)])
  } catch (error) {
    signal.throwIfAborted()
    return error instanceof Error ? error.message : String(error)
  } finally {
    done.abort()
  }
}
