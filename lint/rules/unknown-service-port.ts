import { listed } from '../../fabric/lookup/listed.ts'
import { namedHostsOf, saying } from '../hosts/named.ts'
import { type HostPorts, portsOfHost } from '../hosts/ports.ts'
import type { Rule } from '../rule.ts'

/** A cluster IP accepts connections on the Service's ports. A headless name and the name of a pod accept them on the ports of the pods. */
export const unknownServicePort: Rule = {
  id: 'unknown-service-port',
  severity: 'warning',
  summary: 'a host with a port that its Service, or the pods of a headless one, do not have',
  *find(context) {
    for (const host of namedHostsOf(context)) {
      const wanted = host.named.port
      const answers = portsOfHost(host.is, context)
      if (wanted === undefined || answers === undefined || answers.ports.some(({ port }) => port === wanted)) continue
      const { object, path } = host.mention
      const target = targetOf(wanted, answers)

      const message = `${saying(host)}, ${describe(answers)}`
      yield { object, path, message, ...(target === undefined ? {} : { fix: `write :${target}` }) }
    }
  },
}

function describe({ of, ports }: HostPorts): string {
  const has = listed(ports.map(({ port, name }) => (name === undefined ? `${port}` : `${port} (${name})`)))
  return of === 'service'
    ? `which has no such port: it has ${has}`
    : `and a headless Service translates no port: its pods listen on ${has}, so this is refused`
}

/** The port that was probably meant: the target of the Service's port with that number, or the only port. */
function targetOf(wanted: number, { of, ports, service }: HostPorts): number | undefined {
  const target = of === 'pods' ? service.ports.find(({ port }) => port === wanted)?.targetPort : undefined
  const meant = ports.find(({ port, name }) => port === target || (name !== undefined && name === target))
  const [only, ...more] = ports
  return meant?.port ?? (more.length === 0 ? only?.port : undefined)
}
