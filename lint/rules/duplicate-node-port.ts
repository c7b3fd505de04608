import { type ManifestObject, titleOf } from '../../fabric/manifests/object.ts'
import type { Found, Rule } from '../rule.ts'
import { listOf, valueAt } from '../templates.ts'

/** The API server assigns a NodePort to only one Service. 0 means that it chooses one. */
export const duplicateNodePort: Rule = {
  id: 'duplicate-node-port',
  severity: 'error',
  summary: 'a NodePort that two Services ask for',
  restsOnPresence: true,
  *find({ services, areAlternatives }) {
    const holders = new Map<number, ManifestObject[]>()
    for (const { object } of services) {
      const own = new Set<number>()
      for (const [index, port] of listOf(valueAt(object.value, ['spec', 'ports'])).entries()) {
        const nodePort = valueAt(port, ['nodePort'])
        if (typeof nodePort !== 'number' || nodePort === 0 || own.has(nodePort)) continue
        own.add(nodePort)
        const before = holders.get(nodePort) ?? []
        holders.set(nodePort, [...before, object])
        const holder = before.find((each) => !areAlternatives(each, object))
        if (holder === undefined) continue
        const path = ['spec', 'ports', index, 'nodePort']
        const { file, line } = holder.place
        const message = `nodePort ${nodePort} is already that of ${titleOf(holder)} (${file}:${line}): the API server refuses this Service`
        yield { object, path, message, fix: 'choose another, or leave nodePort out' } satisfies Found
      }
    }
  },
}
