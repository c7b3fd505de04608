import { closeSync, openSync } from 'node:fs'
import { setns, unshareNetwork } from './syscalls.ts'

/** The network namespaces of one lab, by name. None is mounted anywhere: they live as long as a descriptor or socket of theirs. */
export interface Namespaces {
  add(name: string): void
  /** Closes the descriptor; the namespace goes with its last socket. */
  remove(name: string): void
  /** The descriptor, for handing a link over. */
  descriptor(name: string): number
  /**
   * Runs `fn` with the main thread in that namespace and goes back, also when it throws. What `fn` does must be
   * synchronous: a socket stays where it was created, a child process where it was started.
   */
  enter<T>(name: string, fn: () => T): T
}

/** The namespace of the worker itself, in which the routes between nodes are. */
export const home = 'home'

const own = '/proc/self/ns/net'

/** Starts with `home` alone. Linux only; needs CAP_SYS_ADMIN over the current namespaces. */
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
