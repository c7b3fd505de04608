import { checkSchema } from '../../../checks/check.ts'
import type { Outcome } from '../../../checks/outcome.ts'
import type { Fabric, Identity, Manifest } from '../../../fabric/fabric.ts'
import { readManifests } from '../../../fabric/manifests/read.ts'
import { openLab } from '../../../lab/open.ts'
import { type LabSettingsInput, labSettingsSchema } from '../../../lab/settings.ts'

/** Real namespaces for these objects, until the signal or disposal ends them. */
export function openSmallLab(objects: readonly Manifest[], settings: LabSettingsInput = {}): Promise<Fabric> {
  const read = readManifests([
    { file: 'objects.yaml', text: objects.map((each) => JSON.stringify(each)).join('\n---\n') },
  ])
  if (read.problems.length > 0) throw new Error(JSON.stringify(read.problems))
  const host = { platform: process.platform, environment: process.env, node: process.execPath }
  const options = {
    objects: read.objects,
    settings: labSettingsSchema.parse({ families: [4, 6], ...settings }),
    host,
    now: () => Date.now(),
  }
  return openLab(options, AbortSignal.timeout(30_000))
}

export const node = (name: string, addresses: readonly string[]): Manifest => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: { addresses: addresses.map((address) => ({ type: 'InternalIP', address })) },
})

/** A pod of namespace x that listens on TCP 8080 and UDP 5353, labelled `app` with its name. */
export const pod = (
  name: string,
  nodeName: string,
  ips: readonly string[],
  more: { ready?: boolean; labels?: object } = {},
): Manifest => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'x', name, labels: { app: name, ...more.labels } },
  spec: {
    nodeName,
    containers: [
      {
        name: 'c',
        image: 'x',
        ports: [
          { name: 'http', containerPort: 8080 },
          { name: 'dns', protocol: 'UDP', containerPort: 5353 },
        ],
      },
    ],
  },
  status: {
    phase: 'Running',
    podIP: ips[0],
    podIPs: ips.map((ip) => ({ ip })),
    conditions: [{ type: 'Ready', status: more.ready === false ? 'False' : 'True' }],
  },
})

export const service = (name: string, spec: object): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'x', name },
  spec: {
    ports: [
      { name: 'http', port: 80, targetPort: 'http' },
      { name: 'dns', port: 53, protocol: 'UDP', targetPort: 'dns' },
    ],
    ...spec,
  },
})

/** One outcome per target (`tcp://10.0.0.1:80`), in order: who answered and whom it saw, or the reason of a failure. */
export async function connectSocket(
  lab: Fabric,
  from: Identity,
  targets: readonly string[],
): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(30_000)
  const probe = await lab.probe(from, signal)
  if ('unavailable' in probe) throw new Error(probe.unavailable)
  const checks = targets.map((target, index) => {
    const { hostname, port } = new URL(target.replace(/^(tcp|udp):/, 'ws:'))
    const to = { host: hostname.replaceAll(/[[\]]/g, ''), port: Number(port || 80), deadlineMs: 1500, send: 'hi' }
    return checkSchema.parse({ id: String(index), kind: target.slice(0, 3), ...to })
  })
  const said = new Map<string, string>()
  for await (const { id, outcome } of probe.run(checks, signal)) said.set(id, inWords(outcome))
  return targets.map((_, index) => said.get(String(index)) ?? 'nothing')
}

function inWords({ reason, reply }: Outcome): string {
  if (reply === undefined) return reason
  const { listener, peer } = JSON.parse(reply) as { listener: string; peer: string }
  return `${listener} saw ${peer}`
}

export const podIn = (name: string): Identity => ({ kind: 'pod', namespace: 'x', name })
