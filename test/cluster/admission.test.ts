import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { absent, clusterFabric } from './opening.ts'
import { kubectl } from './tiers.ts'

const namespace = 'crosscheck-admission'
const { signal } = new AbortController()

/** The API server's own kind of webhook: pods of this namespace must have a team. */
const policy = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: ${namespace} }
spec:
  failurePolicy: Fail
  matchConstraints:
    namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ${namespace} } }
    resourceRules: [{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
  validations: [{ expression: "'team' in object.metadata.labels", message: every pod names its team }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: ${namespace} }
spec: { policyName: ${namespace}, validationActions: [Deny] }
`

describe.skipIf(absent !== undefined)(`admission on a cluster${absent === undefined ? '' : `: ${absent}`}`, () => {
  beforeAll(() => {
    kubectl(['create', 'namespace', namespace])
  })
  afterAll(() => {
    kubectl(['delete', '--ignore-not-found', '--wait=false', '-f', '-'], policy)
    kubectl(['delete', 'namespace', namespace, '--wait=false'])
  })

  const refused = async () => {
    const fabric = await clusterFabric()
    try {
      const probe = await fabric.probe({ kind: 'namespace', namespace }, signal)
      // Its owner would be there until the run ends: nothing was made for a pod that is refused.
      const made = kubectl(['get', 'all', '-n', namespace, '-l', 'crosscheck.dev/owned', '-o', 'name'])
      return { why: 'unavailable' in probe ? probe.unavailable : '', made }
    } finally {
      await fabric[Symbol.asyncDispose]()
    }
  }

  it('tells what an admission policy says verbatim before anything is made', async () => {
    kubectl(['apply', '-f', '-'], policy)
    await expect
      .poll(() => refused(), { timeout: 60_000, interval: 1_000 })
      .toEqual({
        why: expect.stringMatching(
          /denied request: every pod names its team \(what the policy .* by --probe-patch FILE\)$/,
        ),
        made: '',
      })
  })
})
