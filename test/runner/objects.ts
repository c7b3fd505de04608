import type { Manifest } from '../../fabric/fabric.ts'

type Fields = Readonly<Record<string, unknown>>

export function object(apiVersion: string, kind: string, key: string, spec: Fields, metadata: Fields = {}): Manifest {
  const [namespace, name] = key.split('/')
  return { apiVersion, kind, metadata: { namespace, name, ...metadata }, spec }
}

export interface PodOptions {
  readonly labels?: Readonly<Record<string, string>>
  /** Of TCP and UDP both; none listens on nothing. */
  readonly ports?: readonly number[]
  readonly ready?: boolean
  readonly spec?: Fields
  /** Given, as a dump of a live cluster has them; else both families. */
  readonly addresses?: readonly string[]
}

/** A pod `namespace/name`, labelled `app: name` and with whatever else is asked for, that listens on 8080. */
export function pod(key: string, options: PodOptions = {}): Manifest {
  const { labels = {}, ports = [8080], ready = true, spec = {}, addresses } = options
  const app = key.split('/')[1] ?? ''
  const containerPorts = ports.flatMap((containerPort) => [{ containerPort }, { containerPort, protocol: 'UDP' }])
  const notReady = { annotations: { 'lab.crosscheck.dev/not-ready': 'true' } }
  const container = { name: 'main', image: 'crosscheck', ports: containerPorts }
  return {
    ...object(
      'v1',
      'Pod',
      key,
      { containers: [container], ...spec },
      { labels: { app, ...labels }, ...(ready ? {} : notReady) },
    ),
    ...(addresses === undefined ? {} : { status: { podIPs: addresses.map((ip) => ({ ip })) } }),
  }
}

/** A Service `namespace/name` for the pods labelled `app: name`, on port 80 to 8080. */
export function service(key: string, spec: Fields = {}): Manifest {
  const app = key.split('/')[1] ?? ''
  return object('v1', 'Service', key, {
    selector: { app },
    ports: [{ name: 'http', port: 80, targetPort: 8080 }],
    ...spec,
  })
}

/** A policy `namespace/name`. */
export function policy(key: string, spec: Fields): Manifest {
  return object('networking.k8s.io/v1', 'NetworkPolicy', key, spec)
}

/** A policy that lets nothing in to the pods labelled `app`, or to all of the namespace. */
export function denyIngress(key: string, app?: string): Manifest {
  const podSelector = app === undefined ? {} : { matchLabels: { app } }
  return policy(key, { podSelector, policyTypes: ['Ingress'], ingress: [] })
}

/** A policy that lets nothing out of the pods labelled `app`. */
export function denyEgress(key: string, app: string): Manifest {
  return policy(key, { podSelector: { matchLabels: { app } }, policyTypes: ['Egress'], egress: [] })
}

export function namespace(name: string, labels: Readonly<Record<string, string>> = {}): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }
}
