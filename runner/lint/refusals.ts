import { type ManifestObject, titleOf } from '../../fabric/manifests/object.ts'
import type { Problem } from '../../policy/types.ts'
import type { Context } from './context.ts'
import type { Finding } from './rule.ts'
import { duplicateNodePort } from './rules/duplicate-node-port.ts'
import { invalidObject } from './rules/invalid-object.ts'

/** What the parsers say as findings of `invalid-object`, less what a rule of its own has said better. */
export function refusals({ problems, objects }: Context, found: readonly Finding[]): Finding[] {
  const told = new Set(found.map(({ place: { file, line, column } }) => `${file}:${line}:${column}`))
  const nodePorts = found.some(({ rule }) => rule === duplicateNodePort.id)
  const owners = Map.groupBy(objects, ({ place }) => place.file)
  return problems.flatMap(({ severity, message, hint, place }): Finding[] => {
    if (place === undefined) return []
    if (told.has(`${place.file}:${place.line}:${place.column}`) && !message.includes('is given twice')) return []
    if (nodePorts && message.includes(': nodePort ')) return []
    const object = ownerOf(place, owners.get(place.file) ?? [])
    return [
      {
        ...{ rule: invalidObject.id, severity, message, place, edits: [] },
        object: object === undefined ? '' : titleOf(object),
        ...(hint === undefined ? {} : { fix: hint }),
      },
    ]
  })
}

/** The last object of the file that begins before the place. */
function ownerOf(place: NonNullable<Problem['place']>, objects: readonly ManifestObject[]): ManifestObject | undefined {
  return objects
    .filter(({ place: { line, column } }) => line < place.line || (line === place.line && column <= place.column))
    .reduce<ManifestObject | undefined>(
      (last, each) => (last === undefined || each.place.line >= last.place.line ? each : last),
      undefined,
    )
}
