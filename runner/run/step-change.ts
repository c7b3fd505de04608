import type { Change, Manifest } from '../../fabric/fabric.ts'
import type { ManifestPath, StepChange } from '../scenario/model.ts'

/** Converts a step's change into a `Change` of the fabric. */
export async function changeOf(
  change: StepChange,
  readObjects: (files: readonly ManifestPath[]) => Promise<readonly Manifest[]>,
): Promise<Change> {
  switch (change.kind) {
    case 'apply':
      return { kind: 'apply', objects: await readObjects(change.files) }
    case 'delete':
      return {
        kind: 'delete',
        objects: change.objects.map(({ apiVersion, kind, namespace, name }) => ({
          apiVersion,
          kind,
          metadata: { name, ...(namespace === '' ? {} : { namespace }) },
        })),
      }
    case 'label': {
      const { kind, namespace, name } = change.object
      const object = [namespace, kind.toLowerCase(), name].filter((part) => part !== '').join('/')
      return { kind: 'label', object, labels: change.labels }
    }
    default:
      return change satisfies never
  }
}

/** Whether the change affects policies only: no pod, no label and no namespace. */
export function movesPoliciesAlone(change: Change): boolean {
  return change.kind !== 'label' && change.objects.every(({ kind }) => kind === 'NetworkPolicy')
}
