import { inDefaultNamespace, namesNamespace } from '../../fabric/manifests/default-namespace.ts'
import type { Manifests } from '../../fabric/manifests/read.ts'
import type { Problem } from '../../policy/types.ts'

/**
 * Prepares manifests for a selected namespace. If no object names it, it becomes the default namespace, as in kubectl: objects without a
 * namespace belong to it. Otherwise these objects stay in `default`, and the option only selects.
 */
export function inSelectedNamespace({ objects, problems }: Manifests, selected: readonly string[]): Manifests {
  const [name, ...more] = selected
  if (name === undefined || more.length > 0 || objects.some(isNaming(name))) return { objects, problems }
  const placed = inDefaultNamespace(objects, name)
  const moved = placed.filter((object, index) => object !== objects[index]).length
  if (moved === 0) return { objects, problems }
  const what = moved === 1 ? '1 object that names no namespace is' : `${moved} objects that name no namespace are`
  const warning: Problem = { severity: 'warning', message: `-n ${name}: ${what} taken to be in ${name}` }
  return { objects: placed, problems: [...problems, warning] }
}

function isNaming(name: string): (object: Manifests['objects'][number]) => boolean {
  return (object) =>
    object.kind === 'Namespace'
      ? object.name === name
      : object.namespace === name && (name !== 'default' || namesNamespace(object))
}
