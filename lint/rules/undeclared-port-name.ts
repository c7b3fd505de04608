import { listed, workloadsOf } from '../../fabric/lookup/listed.ts'
import { didYouMean } from '../../policy/suggest.ts'
import { deadPortsOf } from '../dead-ports.ts'
import type { Rule } from '../rule.ts'

/** A port name is looked up in each destination pod, together with the protocol (docs/semantics.md, rules 41 to 43). */
export const undeclaredPortName: Rule = {
  id: 'undeclared-port-name',
  severity: 'warning',
  summary: 'a rule by a port name that no pod declares with that protocol',
  *find(context) {
    for (const { object, portPath, cause, pods, wanted, port } of deadPortsOf(context)) {
      const path = [...portPath, 'port']
      if (cause.kind === 'name-of-network') {
        const message = `${port.port} is the name of a pod's port, and this rule speaks of networks: it matches nothing`
        yield { object, path, message, fix: 'write the number of the port' }
      }
      if (cause.kind !== 'name') continue
      const named = pods.flatMap((pod) => pod.ports.filter(({ name }) => name !== undefined && name !== ''))
      const names = listed(named.map(({ name, protocol }) => `${name}/${protocol}`))
      const alike = named.filter(({ protocol }) => protocol === (port.protocol ?? 'TCP')).map(({ name }) => name ?? '')
      const near = didYouMean(`${port.port}`, alike)
      const has = names === '' ? 'names no port' : `names ${names}`
      const message = `no container declares a port ${wanted}: ${workloadsOf(pods)} ${has}, so this matches nothing`
      yield { object, path, message, fix: near ?? 'write the number, or give the container port this name' }
    }
  },
}
