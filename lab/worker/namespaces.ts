import { closeSync, openSync } from 'node:fs'
import { setns, unshareNetwork } from './syscalls.ts'

/**
 * The network namespaces of one lab, by name. None is mounted: a namespace exists as long as one of its descriptors or
 * sockets.
 */
export interface Namespaces {
  add(name: string): void
  /** Closes the descriptor. The namespace is removed with its last socket. */
  remove(name: string): void
  /** The descriptor, for moving a link into the namespace. */
  descriptor(name: string): number
  /**
   * Runs `fn` with the main thread in that namespace, then switches back, even when `fn` throws. `fn` must be
   * synchronous. A socket stays in the namespace where it was created, a child process where it was started.
   */
  enter<T>(name: string, fn: () => T): T
}

/** The worker's initial namespace, which contains the routes between nodes. */
export const home = 'home'

const own = '/proc/self/ns/net'

/** Starts with `home` only. Linux only; requires CAP_SYS_ADMIN over the current namespaces. */
export function openNamespaces(): Namespaces {
  const descriptors = new Map([[home, openSync(own, 'r')]])
  const descriptor = (name: string): number => {
    const found = descriptors.get(name)
    if (found === undefined) throw new Error(`no network namespace ${name}`)
    return found
  }
  const back = descriptor(home)
  return {
    descriptor,
    add(name) {
      if (descriptors.has(name)) throw new Error(`network namespace ${name} exists`)
      unshareNetwork()
      try {
        descriptors.set(name, openSync(own, 'r'))
      } finally {
        setns(back)
      }
    },
    remove(name) {
      closeSync(descriptor(name))
      descriptors.delete(name)
    },
    enter(name, fn) {
      setns(descriptor(name))
      try {
        return fn()
      } finally {
        setns(back)
      }
    },
  }
}
