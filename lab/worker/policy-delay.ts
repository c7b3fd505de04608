import type { World } from '../../fabric/world.ts'
import { podKey } from '../layout.ts'

/** Pods that policies do not know as peers yet, as with plugins that learn of fresh pods late. */
export interface PolicyDelay {
  /** Notes the pods that this world has and the one before it had not; those of the first world are known at once. */
  meet(next: World, before: World | undefined): void
  /** Their addresses. */
  addresses(): ReadonlySet<string>
}

/** Forgets each newcomer after `delay` milliseconds and calls `onKnown`; with a delay of 0 nobody is one. */
export function createPolicyDelay(delay: number, onKnown: () => void): PolicyDelay {
  const unknown = new Set<string>()
  return {
    meet(next, before) {
      if (before === undefined || delay === 0) return
      const known = new Set(before.pods.map((pod) => `${podKey(pod)} ${pod.addresses.join()}`))
      const fresh = next.pods
        .filter((pod) => !known.has(`${podKey(pod)} ${pod.addresses.join()}`))
        .flatMap(({ addresses }) => addresses)
      if (fresh.length === 0) return
      for (const address of fresh) unknown.add(address)
      setTimeout(() => {
        for (const address of fresh) unknown.delete(address)
        onKnown()
      }, delay)
    },
    addresses: () => unknown,
  }
}
