import type { ManifestObject } from '../fabric/manifests/object.ts'
import { isObject, type Path } from '../policy/field.ts'
import type { Context } from './context.ts'
import { listOf, valueAt } from './templates.ts'

/** A field that the API server reads as a string. */
export interface TextField {
  readonly object: ManifestObject
  readonly path: Path
}

/** Returns values of variables, ConfigMaps, labels, annotations and selectors. */
export function textFieldsIn({ objects, templates }: Context): TextField[] {
  const inTemplates = templates.flatMap(({ object, path, containers }) => [
    ...containers.flatMap((container) =>
      listOf(container.value.env).map((_, index) => ({ object, path: [...container.path, 'env', index, 'value'] })),
    ),
    ...(path.length === 0 ? [] : ofMetadata(object, path)),
  ])
  const inObjects = objects.flatMap((object) => [
    ...ofMetadata(object, []),
    ...ofMap(object, ['spec', 'selector', 'matchLabels']),
    ...(object.kind === 'Service' && object.apiVersion === 'v1' ? ofMap(object, ['spec', 'selector']) : []),
    ...(object.kind === 'ConfigMap' && object.apiVersion === 'v1' ? ofMap(object, ['data']) : []),
    ...(object.kind === 'NetworkPolicy' ? ofPolicy(object) : []),
  ])
  return [...inTemplates, ...inObjects]
}

function ofMetadata(object: ManifestObject, path: Path): TextField[] {
  return ['labels', 'annotations'].flatMap((key) => ofMap(object, [...path, 'metadata', key]))
}

function ofPolicy(object: ManifestObject): TextField[] {
  const peers = (['ingress', 'egress'] as const).flatMap((direction) =>
    listOf(valueAt(object.value, ['spec', direction])).flatMap((rule, at) => {
      const key = direction === 'ingress' ? 'from' : 'to'
      return listOf(valueAt(rule, [key])).map((_, index): Path => ['spec', direction, at, key, index])
    }),
  )
  const selectors = peers.flatMap((peer) => ['podSelector', 'namespaceSelector'].map((key): Path => [...peer, key]))
  return [['spec', 'podSelector'], ...selectors].flatMap((path) => ofSelector(object, path))
}

function ofSelector(object: ManifestObject, path: Path): TextField[] {
  const expressions = listOf(valueAt(object.value, [...path, 'matchExpressions']))
  const values = expressions.flatMap((expression, at) =>
    listOf(valueAt(expression, ['values'])).map((_, index) => ({
      object,
      path: [...path, 'matchExpressions', at, 'values', index],
    })),
  )
  return [...ofMap(object, [...path, 'matchLabels']), ...values]
}

function ofMap(object: ManifestObject, path: Path): TextField[] {
  const value = valueAt(object.value, path)
  return isObject(value) ? Object.keys(value).map((key) => ({ object, path: [...path, key] })) : []
}
