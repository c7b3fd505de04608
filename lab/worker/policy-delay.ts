import type { World } from '../../fabric/world.ts'
import { podKey } from '../layout.ts'

/** Pods that do not match peer selectors yet, like on a plugin with slow propagation. */
export interface PolicyDelay {
  /** Records the pods that are new in this world. Pods of the first world are known immediately. */
  meet(next: World, before: World | undefined): void
  /** Addresses of the unknown pods. */
  addresses(): ReadonlySet<string>
}

/**
 * Forgets each new pod after `delay` milliseconds and calls `onKnown`. With a delay of 0, every pod is known
 * immediately.
 */
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
