import { type ApiError, saidBy } from '../api/api-error.ts'

/** Causes of a rejected object by the API server's message, and what to change; $1 is the first group. */
const ways: readonly (readonly [said: RegExp, way: string])[] = [
  [/exceeded quota: ([^,]+)/, 'raise the ResourceQuota $1, or free what it counts'],
  [/must specify (?:limits|requests)\.\w+/, 'the ResourceQuota demands it: --probe-patch FILE can add it'],
  [
    /(?:maximum|minimum) \S+ (?:usage )?per (?:Pod|Container)/,
    'the LimitRange of the namespace leaves a probe no room',
  ],
  [/admission webhook "([^"]+)" denied/, 'what $1 demands of pods can be added by --probe-patch FILE'],
  [/ValidatingAdmissionPolicy '([^']+)'/, 'what the policy $1 demands of pods can be added by --probe-patch FILE'],
  [
    /violates PodSecurity .*host namespaces/,
    "a namespace takes pods on a node's network with the label pod-security.kubernetes.io/enforce: privileged",
  ],
  [/violates PodSecurity "([^"]+)"/, 'a probe as it is meets "restricted": look at what --probe-patch adds'],
  [/security context constraint/, 'the default service account of the namespace needs one like restricted-v2'],
]

/** The API server's error for an object, verbatim, with what to change if that is known. */
export function refusedText(error: ApiError): string {
  const said = saidBy(error)
  for (const [pattern, way] of ways) {
    const found = pattern.exec(said)
    if (found !== null) return `${said} (${way.replace('$1', () => found[1] ?? '')})`
  }
  return said
}
