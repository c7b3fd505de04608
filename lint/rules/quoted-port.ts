import type { ManifestObject } from '../../fabric/manifests/object.ts'
import type { Path } from '../../policy/field.ts'
import type { Context } from '../context.ts'
import type { Rule } from '../rule.ts'
import { listOf, valueAt } from '../templates.ts'

/** A string is the name of a port, and a name must contain a letter. The API server rejects `port: "80"`. */
export const quotedPort: Rule = {
  id: 'quoted-port',
  severity: 'error',
  summary: 'a port number in quotes, which the API server refuses',
  restsOnPresence: true,
  *find(context) {
    for (const { object, path } of portFields(context)) {
      const value = valueAt(object.value, path)
      const number = Number(value)
      if (typeof value !== 'string' || !/^\d+$/.test(value) || number < 1 || number > 65_535) continue
      const place = object.at(path)
      const key = String(path.at(-1))
      const message = `${key}: "${value}" is a text, and no name of a port either: the API server refuses it`
      const ways = [`"${value}"`, `'${value}'`].map((old) => ({ old, replacement: String(number) }))
      yield {
        object,
        path,
        message,
        fix: `write ${key}: ${number}`,
        edits: place === undefined ? [] : [{ place, ways }],
      }
    }
  },
}

interface PortField {
  readonly object: ManifestObject
  readonly path: Path
}

/** Returns every port field of known kinds. */
function portFields({ objects, templates }: Context): PortField[] {
  const inObjects = objects.flatMap((object) => {
    if (object.kind === 'Service') return fields(object, ['spec', 'ports'], ['port', 'targetPort', 'nodePort'])
    if (object.kind !== 'NetworkPolicy') return []
    return ['ingress', 'egress'].flatMap((direction) =>
      listOf(valueAt(object.value, ['spec', direction])).flatMap((_, index) =>
        fields(object, ['spec', direction, index, 'ports'], ['port', 'endPort']),
      ),
    )
  })
  const inTemplates = templates.flatMap(({ object, containers }) =>
    containers.flatMap(({ path }) => [
      ...fields(object, [...path, 'ports'], ['containerPort', 'hostPort']),
      ...probes.map((probe): PortField => ({ object, path: [...path, ...probe, 'port'] })),
    ]),
  )
  return [...inObjects, ...inTemplates]
}

const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((probe) =>
  ['httpGet', 'tcpSocket', 'grpc'].map((handler) => [probe, handler]),
)

function fields(object: ManifestObject, list: Path, keys: readonly string[]): PortField[] {
  return listOf(valueAt(object.value, list)).flatMap((_, index) =>
    keys.map((key) => ({ object, path: [...list, index, key] })),
  )
}
