import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from '../api/client.ts'

/** A port without a listener. The time until it is refused shows how long to wait for a refusal. */
const closedPort = 64_998
/** How long a refusal may take, and the minimum wait without one, in milliseconds. */
const refusalMs = 3_000
const leastMs = 100

export interface ForwardTo {
  readonly namespace: string
  readonly pod: string
  readonly port: number
}

/**
 * Whether a process accepts TCP connections at this port on the loopback of the pod's network; undefined if that cannot
 * be determined. The protocol does not report success. So silence counts as success only after a closed port of the
 * same pod was refused, and after waiting twice that time again.
 */
export async function takesForward(client: Client, to: ForwardTo, signal: AbortSignal): Promise<boolean | undefined> {
  const asked = await client.forward(to).catch(() => undefined)
  if (asked === undefined) return undefined
  try {
    const begun = performance.now()
    if (!(await isRefused(client, { ...to, port: closedPort }, signal))) return undefined
    await delay(Math.max(leastMs, 2 * (performance.now() - begun)), undefined, { signal })
    return !asked.destroyed
  } finally {
    asked.destroy()
  }
}

async function isRefused(client: Client, to: ForwardTo, signal: AbortSignal): Promise<boolean> {
  const tunnel = await client.forward(to).catch(() => undefined)
  if (tunnel === undefined) return false
  try {
    return tunnel.destroyed ? isRefusal(tunnel) : await endsRefused(tunnel, signal)
  } finally {
    tunnel.destroy()
  }
}

async function endsRefused(tunnel: Duplex, signal: AbortSignal): Promise<boolean> {
  const over = AbortSignal.any([signal, AbortSignal.timeout(refusalMs)])
  await once(tunnel, 'close', { signal: over }).catch(() => undefined)
  return isRefusal(tunnel)
}

function isRefusal({ errored }: Duplex): boolean {
  return errored !== null && 'code' in errored && errored.code === 'EPORTFORWARD'
}
