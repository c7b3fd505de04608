import type { Fabric, Manifest } from '../../fabric/fabric.ts'
import { openRehearsal } from '../../fabric/kubernetes/change/rehearsal.ts'
import { objectsOf } from '../../fabric/manifests/read.ts'
import type { RunEvent } from '../../runner/result/events.ts'
import { type Ran, runIn, type Stage } from '../runner/run-in-lab.ts'
import { clusterOptions } from './opening.ts'

export interface ClusterStage extends Stage {
  /** Once everything is up, before anything is asked. */
  readonly prepare?: (fabric: Fabric) => Promise<void>
  readonly onEvent?: (event: RunEvent) => void
}

/** Rehearses the objects on the cluster of KUBECONFIG and runs one scenario over them; strangers' pods may be asked from inside. */
export function runOnCluster({ objects, prepare, onEvent, ...stage }: ClusterStage): Promise<Ran> {
  const place = { file: 'objects.yaml', line: 1, column: 1 }
  const read = objects.flatMap((value: Manifest) => objectsOf(value, () => place, []))
  const open = async (_: unknown, signal: AbortSignal) => {
    const { fabric } = await openRehearsal({ ...clusterOptions(), ephemeral: true }, read, signal)
    await prepare?.(fabric)
    return fabric
  }
  return runIn(stage, open, onEvent)
}

/** Names of nodes on which pods may be placed, at least one. */
export async function nodeNames(client: {
  send(asked: never, signal: AbortSignal): Promise<unknown>
}): Promise<string[]> {
  const asked = { method: 'GET', path: '/api/v1/nodes' } as never
  const { items } = (await client.send(asked, new AbortController().signal)) as NodeList
  return items.flatMap(({ metadata, spec }) => (spec?.unschedulable === true ? [] : [metadata.name]))
}

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string }
    readonly spec?: { unschedulable?: boolean }
  }[]
}
