import { canonicalAddress } from '../../policy/cidr.ts'
import { isObject } from '../../policy/field.ts'
import type { ManifestObject } from './object.ts'

/**
 * The nameserver that kubelets write into pods' resolv.conf, as kubeadm stores it: `clusterDNS` in the ConfigMap
 * kube-system/kubelet-config.
 */
export function clusterDnsOfKubelets(objects: readonly ManifestObject[]): readonly string[] {
  return objects
    .filter(
      ({ kind, namespace, name }) => kind === 'ConfigMap' && namespace === 'kube-system' && name === 'kubelet-config',
    )
    .flatMap(({ value: { data } }) => (isObject(data) && typeof data['kubelet'] === 'string' ? data['kubelet'] : []))
    .flatMap((text) => /^clusterDNS:((?:\s*-?\s*[\d.a-f:]+)+)$/m.exec(text)?.[1]?.split(/[\s-]+/) ?? [])
    .flatMap((address) => canonicalAddress(address) ?? [])
}
