import { readFileSync } from 'node:fs'
import type { Layout } from '../layout.ts'
import type { Namespaces } from './namespaces.ts'

/**
 * Pods (`namespace/name`) with an accept queue overflow since their namespace was created (TcpExt ListenOverflows of
 * proc_net(5)).
 */
export function overflowedPods(layout: Layout, namespaces: Namespaces): readonly string[] {
  const overflows = new Map<string, number>()
  for (const { netns } of layout.pods.values()) {
    if (overflows.has(netns)) continue
    const text = namespaces.enter(netns, () => readFileSync('/proc/net/netstat', 'utf8'))
    overflows.set(netns, counterOf(text, 'TcpExt', 'ListenOverflows'))
  }
  return [...layout.pods.values()].filter(({ netns }) => overflows.get(netns)! > 0).map(({ pod }) => pod)
}

/** One counter of /proc/net/netstat: a line of names, then a line of values. 0 if the kernel does not have it. */
export function counterOf(text: string, group: string, name: string): number {
  const [names = [], values = []] = text
    .split('\n')
    .filter((line) => line.startsWith(`${group}: `))
    .map((line) => line.split(' '))
  return Number(values[names.indexOf(name)] ?? 0)
}
