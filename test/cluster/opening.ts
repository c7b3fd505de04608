import { networkInterfaces } from 'node:os'
import { processVantage } from '../../checks/process-vantage.ts'
import type { Fabric } from '../../fabric/fabric.ts'
import { type ClusterOptions, openCluster } from '../../fabric/kubernetes/open.ts'

/** Why nothing can be tested here; undefined where a cluster is at hand. */
export const absent = process.env['KUBECONFIG'] === undefined ? 'KUBECONFIG names no cluster to test on' : undefined

/** The probe's image, which the nodes must have (kind load docker-image). */
export const image = process.env['CROSSCHECK_IMAGE'] ?? 'crosscheck:dev'

export const access = { environment: process.env }

/** The cluster of KUBECONFIG, seen from this machine. */
export function clusterOptions(): ClusterOptions {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address))
  const vantage = processVantage({ resolvConf: '/etc/resolv.conf', hosts: '/etc/hosts' })
  return { access, image, outside: { vantage, addresses, inCluster: false }, now: Date.now }
}

export function clusterFabric(): Promise<Fabric> {
  return openCluster(clusterOptions(), new AbortController().signal)
}
