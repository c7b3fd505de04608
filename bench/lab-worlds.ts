import type { Fabric, Manifest } from '../fabric/fabric.ts'
import { objectsOf } from '../fabric/manifests/read.ts'
import { openLab } from '../lab/open.ts'
import { labSettingsSchema } from '../lab/settings.ts'

export const { signal } = new AbortController()

/** Creates `count` pods with one port on four nodes, all in one namespace. Every second pod has the label `odd`. */
export function pods(count: number): readonly Manifest[] {
  return Array.from({ length: count }, (_, i) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'bench', name: `p${String(i)}`, labels: { half: i % 2 === 1 ? 'odd' : 'even' } },
    spec: {
      nodeName: `node${String(i % 4)}`,
      containers: [{ name: 'main', image: 'crosscheck', ports: [{ containerPort: 8080 }] }],
    },
  }))
}

/** Creates an ingress policy for the pods that a selector matches. Without peers it allows no source. */
export function ingress(name: string, podSelector: object, peers: readonly object[] = []): Manifest {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace: 'bench', name },
    spec: { podSelector, policyTypes: ['Ingress'], ingress: peers.length === 0 ? [] : [{ from: peers }] },
  }
}

export const half = (label: 'odd' | 'even'): object => ({ matchLabels: { half: label } })

/** Opens a lab of these objects. The processes that it starts carry `mark` in their environment. */
export function labOf(manifests: readonly Manifest[], mark = 'bench'): Promise<Fabric> {
  const place = { file: 'bench.yaml', line: 1, column: 1 }
  const environment = { ...process.env, CROSSCHECK_MARK: mark }
  return openLab(
    {
      objects: manifests.flatMap((value) => objectsOf(value, () => place, [])),
      settings: labSettingsSchema.parse({}),
      host: { platform: process.platform, node: process.execPath, environment },
      now: Date.now,
    },
    signal,
  )
}
