import type { World } from './world.ts'

/** Why objects of a kind in a namespace (of a cluster-scoped kind: anywhere) are not all known, in the API server's words; none where they were read. */
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
