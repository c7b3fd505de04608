import type { World } from '../../fabric/world.ts'
import type { RandomCluster, Service, Workload } from './random-cluster.ts'

/** One thing, with every way to write it; `pod` where exactly one pod is meant. */
export interface Spelled {
  readonly texts: readonly string[]
  /** Words that only the command line takes, where they are complete by what is there. */
  readonly short?: readonly string[]
  readonly pod?: string
  readonly service?: Service
  readonly kind: 'workload' | 'service' | 'outside' | 'node' | 'external' | 'unknown'
}

/** What may connect. */
export function sourcesOf({ workloads }: RandomCluster, world: World): Spelled[] {
  return [
    ...workloads.map((workload): Spelled => {
      const { kind, namespace, name } = workload
      const short = { deployment: 'deploy', pod: 'po', daemonset: 'ds' }[kind]
      const texts = [`${namespace}/${kind}/${name}`, `${namespace}/${short}/${name}`]
      return kind === 'pod'
        ? { kind: 'workload', pod: `${namespace}/${name}`, texts: [...texts, ...addressesOf(workload, world)] }
        : { kind: 'workload', texts }
    }),
    { kind: 'outside', texts: ['outside'] },
    { kind: 'node', texts: ['node/node-1'] },
  ]
}

/** What may be connected to, over TCP. */
export function targetsOf({ workloads, services }: RandomCluster, world: World): Spelled[] {
  return [
    ...workloads.map((workload): Spelled => {
      const { kind, namespace, name } = workload
      const own = `${namespace}/${kind}/${name}`
      const addresses = addressesOf(workload, world)
      return addresses.length === 1
        ? {
            kind: 'workload',
            pod: podsOf(workload, world).map((pod) => `${pod.namespace}/${pod.name}`)[0]!,
            short: workload.declares ? [own] : [],
            texts: [`${own}:80`, ...addresses.flatMap((address) => [`tcp://${address}:80`, `${address}:80`])],
          }
        : { kind: 'workload', texts: [`${own}:80`], short: workload.declares ? [own] : [] }
    }),
    ...services.map((service): Spelled => {
      const { namespace, name, port } = service
      const full = `${name}.${namespace}.svc.${world.domain}`
      const hosts = [full, `${name}.${namespace}.svc`, `${name}.${namespace}`]
      return {
        kind: 'service',
        service,
        texts: [`tcp://${full}:${port}`, ...hosts.map((host) => `${host}:${port}`), `${namespace}/svc/${name}:${port}`],
      }
    }),
    { kind: 'external', texts: ['tcp://api.example.com:443', 'api.example.com:443'] },
    { kind: 'unknown', texts: ['tcp://w0.nowhere.svc:80', `tcp://w0.nowhere.svc.${world.domain}:80`] },
  ]
}

function podsOf({ kind, namespace, name }: Workload, world: World) {
  return world.pods.filter(
    (pod) => pod.namespace === namespace && pod.workload.name === name && pod.workload.kind.toLowerCase() === kind,
  )
}

function addressesOf(workload: Workload, world: World): string[] {
  return podsOf(workload, world).flatMap(({ addresses }) => addresses)
}
