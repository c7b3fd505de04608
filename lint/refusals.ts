import { type ManifestObject, titleOf } from '../fabric/manifests/object.ts'
import type { Place } from '../policy/types.ts'
import type { Context } from './context.ts'
import type { Finding } from './rule.ts'
import { duplicateNodePort } from './rules/duplicate-node-port.ts'
import { invalidObject } from './rules/invalid-object.ts'

/** Converts parser problems to findings of `invalid-object`, except those for which a specific rule has a better message. */
export function refusals({ problems, objects }: Context, found: readonly Finding[]): Finding[] {
  const told = new Set(found.map(({ place: { file, line, column } }) => `${file}:${line}:${column}`))
  const nodePorts = found.some(({ rule }) => rule === duplicateNodePort.id)
  const owners = new Map(
    [...Map.groupBy(objects, ({ place }) => place.file)].map(([file, own]) => [file, own.toSorted(byPlace)]),
  )
  return problems.flatMap(({ severity, message, hint, place }): Finding[] => {
    if (place === undefined) return []
    if (told.has(`${place.file}:${place.line}:${place.column}`) && !message.includes('is given twice')) return []
    if (nodePorts && message.includes(': nodePort ')) return []
    const object = ownerOf(place, owners.get(place.file) ?? [])
    return [
      {
        rule: invalidObject.id,
        severity,
        message,
        place,
        edits: [],
        object: object === undefined ? '' : titleOf(object),
        ...(hint === undefined ? {} : { fix: hint }),
      },
    ]
  })
}

/** The last object in a file that begins before the place. */
function ownerOf(place: Place, objects: readonly ManifestObject[]): ManifestObject | undefined {
  let [low, high] = [0, objects.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (byPlace(objects[middle]!, { place }) <= 0) low = middle + 1
    else high = middle
  }
  return objects[low - 1]
}

function byPlace({ place: a }: { readonly place: Place }, { place: b }: { readonly place: Place }): number {
  return a.line - b.line || a.column - b.column
}
