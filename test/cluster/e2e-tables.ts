import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Manifest } from '../../fabric/fabric.ts'

type Labels = Readonly<Record<string, string>>

/** One truth table of Kubernetes' own tests. */
export interface Table {
  readonly test: string
  readonly step: number
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
  readonly namespaces: Readonly<Record<string, Labels>>
  readonly pods: Readonly<Record<string, { readonly labels: Labels; readonly ip: string }>>
  readonly policies: readonly { readonly metadata: { readonly namespace: string; readonly name: string } }[]
  /** `x/a>y/b`: whether the first reaches the second. */
  readonly expect: Readonly<Record<string, boolean>>
}

export const tables = parse(readFileSync('test/fixtures/e2e-netpol.yaml', 'utf8')) as readonly Table[]

/** What the tables call x, y and z. */
export const namespaceOf = (letter: string) => `crosscheck-e2e-${letter}`
export const letters = ['x', 'y', 'z'] as const
export const ports = [80, 81] as const

/** Nine pods in three namespaces, that listen on both ports of both protocols by the names that the tables use; each on the next of these nodes. */
export function town(nodes: readonly string[]): Manifest[] {
  const containerPorts = ports.flatMap((containerPort) =>
    ['TCP', 'UDP'].map((protocol) => ({
      ...{ containerPort, protocol },
      name: `serve-${containerPort}-${protocol.toLowerCase()}`,
    })),
  )
  const containers = [{ name: 'listener', image: 'listener', ports: containerPorts }]
  return letters.flatMap((letter, row) => [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespaceOf(letter) } },
    ...['a', 'b', 'c'].map((name, column) => ({
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: namespaceOf(letter), name, labels: { pod: name } } },
      spec: { containers, nodeName: nodes[(3 * row + column) % nodes.length] },
    })),
  ])
}

/** The table's policies for these namespaces, and for pods at these addresses (by `x/a`). */
export function policiesOf({ policies, pods }: Table, addresses: ReadonlyMap<string, string>): Manifest[] {
  const actual = new Map(Object.entries(pods).map(([pod, { ip }]) => [ip, addresses.get(pod) ?? ip]))
  const text = JSON.stringify(policies).replaceAll(/\b\d+\.\d+\.\d+\.\d+\b/g, (ip) => actual.get(ip) ?? ip)
  return (JSON.parse(text, renamed) as Table['policies']).map(({ metadata, ...rest }) => ({
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', ...rest },
    metadata: { ...metadata, namespace: namespaceOf(metadata.namespace) },
  }))
}

const nameLabel = 'kubernetes.io/metadata.name'

/** Selectors of namespaces by name mean ours. */
function renamed(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const fields = value as { key?: string; values?: readonly string[]; [nameLabel]?: string }
  if (fields.key === nameLabel) return { ...fields, values: fields.values?.map(namespaceOf) }
  const name = fields[nameLabel]
  return typeof name === 'string' ? { ...fields, [nameLabel]: namespaceOf(name) } : value
}

/** Policies with an ipBlock are written for IPv4 alone. */
export function hasIpBlock({ policies }: Table): boolean {
  return JSON.stringify(policies).includes('ipBlock')
}
