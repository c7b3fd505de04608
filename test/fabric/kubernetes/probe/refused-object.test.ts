import { expect, test } from 'vitest'
import { ApiError } from '../../../../fabric/kubernetes/api/api-error.ts'
import { refusedText } from '../../../../fabric/kubernetes/probe/refused-object.ts'

const request = 'PATCH /api/v1/namespaces/n/pods/p?dryRun=All: '

test.each([
  [
    'pods "p" is forbidden: exceeded quota: team, requested: pods=1, used: pods=5, limited: pods=5',
    'raise the ResourceQuota team, or free what it counts',
  ],
  [
    'pods "p" is forbidden: failed quota: team: must specify limits.cpu',
    'the ResourceQuota demands it: --probe-patch FILE can add it',
  ],
  [
    'pods "p" is forbidden: [minimum cpu usage per Container is 2, but request is 50m]',
    'the LimitRange of the namespace leaves a probe no room',
  ],
  [
    'admission webhook "validate.kyverno.svc-fail" denied the request: label team is required',
    'what validate.kyverno.svc-fail demands of pods can be added by --probe-patch FILE',
  ],
  [
    "pods \"p\" is forbidden: ValidatingAdmissionPolicy 'registries' with binding 'all' denied request: not ours",
    'what the policy registries demands of pods can be added by --probe-patch FILE',
  ],
])('a refusal is told verbatim, with what to change: %s', (said, way) => {
  expect(refusedText(new ApiError(403, 'Forbidden', request + said))).toBe(`${said} (${way})`)
})

test('a refusal of another kind is told as it is', () => {
  expect(refusedText(new ApiError(422, 'Invalid', `${request}spec: Invalid value`))).toBe('spec: Invalid value')
})
