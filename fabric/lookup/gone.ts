import { whyUnread } from '../unread.ts'
import type { World } from '../world.ts'
import { isLive, missingNoun, missingText } from './missing.ts'

/**
 * Why there is no such object (kind in full and in lower case); undefined if it may be among objects that could not be
 * read.
 */
export function goneNoun(noun: Parameters<typeof missingNoun>[0], world: World): string | undefined {
  const missing = missingNoun(noun, world)
  if (missing === undefined || whyUnread('Namespace', undefined, world) !== undefined) return undefined
  const unread = kinds[missing.kind]
  const isHidden = unread !== undefined && whyUnread(unread, noun.namespace || undefined, world) !== undefined
  return isHidden ? undefined : missingText(missing)
}

const kinds: Readonly<Record<string, string>> = { node: 'Node', service: 'Service', workload: 'Pod' }

/**
 * Like `goneNoun`, for `kind/name` of a namespace. A workload of a live cluster without pods may be scaled to zero;
 * then its template counts.
 */
export function goneWorkload(namespace: string, workload: string, world: World): string | undefined {
  if (isLive(world)) return goneNoun({ namespace: '', kind: 'namespace', name: namespace }, world)
  const [kind = '', name = ''] = workload.split('/')
  return goneNoun({ namespace, kind, name }, world)
}
