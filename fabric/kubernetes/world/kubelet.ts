import { canonicalAddress } from '../../../policy/cidr.ts'
import type { ManifestObject } from '../../manifests/object.ts'
import type { Pod } from '../../world.ts'

/** The sockets of the kubelet's readiness probes, at the pod's first address. Empty if the probe names a host. */
export function readinessSockets({ value }: ManifestObject): NonNullable<Pod['answering']> {
  const { spec, status } = value as Live
  if (!(spec?.containers ?? []).some(({ readinessProbe }) => readinessProbe !== undefined)) return []
  const address = canonicalAddress(status?.podIP ?? '')
  if (address === undefined) return []
  const ports = (spec?.containers ?? []).flatMap(({ readinessProbe = {}, ports: named = [] }) => {
    const { tcpSocket, httpGet, grpc } = readinessProbe
    const asked = tcpSocket ?? httpGet ?? grpc
    if (asked === undefined || (asked.host ?? '') !== '') return []
    const { port } = asked
    return typeof port === 'number' ? [port] : named.flatMap((each) => (each.name === port ? [each.containerPort] : []))
  })
  return ports.map((port) => ({ address, port }))
}

interface Asked {
  readonly port: number | string
  readonly host?: string
}

/** The fields of a live pod that are read here. */
interface Live {
  readonly spec?: {
    readonly containers?: readonly {
      readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[]
      readonly readinessProbe?: { readonly tcpSocket?: Asked; readonly httpGet?: Asked; readonly grpc?: Asked }
    }[]
  }
  readonly status?: { readonly podIP?: string }
}
