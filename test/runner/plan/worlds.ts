import type { Manifest } from '../../../fabric/fabric.ts'
import { createAllocator } from '../../../fabric/manifests/allocator.ts'
import { objectsOf } from '../../../fabric/manifests/read.ts'
import { buildWorld } from '../../../fabric/manifests/world.ts'
import type { World } from '../../../fabric/world.ts'
import type { Target } from '../../../runner/scenario/model.ts'
import { parseTarget } from '../../../runner/scenario/target-text.ts'

export const place = { file: 'test', line: 1, column: 1 }

/** The world of these manifests. */
export function worldOf(manifests: readonly Manifest[]): World {
  const objects = manifests.flatMap((value) => objectsOf(value, () => place, []))
  return buildWorld(objects, { allocator: createAllocator() }).world
}

/** A target as one word; throws where it is none. */
export function targetOf(text: string): Target {
  const spec = parseTarget(text)
  if (typeof spec === 'string') throw new Error(spec)
  return { ...spec, name: text, place }
}
