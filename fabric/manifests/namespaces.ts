import { fieldAt } from '../../policy/field.ts'
import { parseLabels } from '../../policy/parse-selector.ts'
import type { Problem } from '../../policy/types.ts'
import type { Namespace } from '../world.ts'
import { type ManifestObject, rootOf } from './object.ts'

const always = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

/**
 * The label by which every namespace can be selected. The API server sets it and overwrites other values (rules 27,
 * 28).
 */
export const nameLabel = 'kubernetes.io/metadata.name'

/**
 * Namespaces of Namespace objects, namespaces of other objects (with unknown labels), and Kubernetes' four default
 * ones.
 */
export function readNamespaces(objects: readonly ManifestObject[], problems: Problem[]): Namespace[] {
  const namespaces = new Map<string, Namespace>()
  for (const object of objects.filter(({ kind }) => kind === 'Namespace')) {
    const labels = parseLabels(fieldAt(rootOf(object, problems), 'metadata', 'labels'))
    const { name, place } = object
    namespaces.set(name, { name, labels: { ...labels, [nameLabel]: name }, labelsKnown: true, place })
  }
  const addNamed = (name: string) => {
    if (name === '' || namespaces.has(name)) return
    namespaces.set(name, { name, labels: { [nameLabel]: name }, labelsKnown: false })
  }
  for (const name of always) addNamed(name)
  for (const { namespace } of objects) addNamed(namespace)
  return [...namespaces.values()]
}
