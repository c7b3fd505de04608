import type { World } from './world.ts'

/**
 * Why not all objects of a kind in a namespace are known (for a cluster-scoped kind: in the cluster), in the API
 * server's words; undefined if they were read.
 */
export function whyUnread(kind: string, namespace: string | undefined, { unread = [] }: World): string | undefined {
  return unread.find(
    (each) =>
      each.kind === kind &&
      each.group === undefined &&
      (each.namespace === undefined
        ? namespace === undefined || !(each.except ?? []).includes(namespace)
        : each.namespace === namespace),
  )?.why
}
