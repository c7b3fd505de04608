import type { LiveObject } from '../api/objects.ts'

type Named = readonly { readonly name?: string }[]

/**
 * Containers and volumes that a mesh or a webhook added to a pod of ours, as a sentence. A probe has one container and
 * no volume.
 */
function injectedInto({ spec }: LiveObject): string | undefined {
  const of = (key: string, word: string, own: readonly string[] = []) =>
    ((spec?.[key] ?? []) as Named).flatMap(({ name = '' }) => (own.includes(name) ? [] : [`the ${word} ${name}`]))
  const found = [
    ...of('containers', 'container', ['probe', 'listener']),
    ...of('initContainers', 'init container'),
    ...of('volumes', 'volume'),
  ]
  return found.length === 0 ? undefined : `somebody added to it: ${found.join(', ')}`
}

/** The note, with the containers and volumes that were added to the pod. */
export function noteWith(note: string, live: LiveObject): string {
  const injected = injectedInto(live)
  return injected === undefined ? note : `${note}; ${injected}`
}
