import { groupOf, treatmentOf } from './manifests/kinds.ts'
import type { ObjectRef, World } from './world.ts'

/** API groups and kinds whose objects create neither pods nor Services. */
const notOperators =
  /(^|\.)(cilium\.io|projectcalico\.org|antrea\.io|ovn\.org|istio\.io|linkerd\.io|cert-manager\.io|external-secrets\.io|konghq\.com|keda\.sh|kyverno\.io|traefik\.io|bitnami\.com|k8s\.io)$/
const passiveKinds = /(Monitor|Rule|Backup|Policy|Secret|Certificate|Route|User|Database|Topic)$/

/** Whether an object is a custom resource whose operator may create pods and Services in its namespace. */
export function mayMakePods({ apiVersion, kind, namespace }: Omit<ObjectRef, 'name'>): boolean {
  if (namespace === '' || treatmentOf(apiVersion, kind) !== 'not-simulated') return false
  const group = groupOf(apiVersion)
  return group.includes('.') && !notOperators.test(group) && !passiveKinds.test(kind)
}

/** The custom resources of a namespace whose operators may create pods and Services. */
export function operatorsIn(namespace: string, { notSimulated }: World): readonly ObjectRef[] {
  return notSimulated.filter((each) => each.namespace === namespace && mayMakePods(each))
}
