import { describe, expect, it } from 'vitest'
import { patched, probePatchSchema } from '../../../../fabric/kubernetes/probe/probe-patch.ts'
import { noteWith } from '../../../../fabric/kubernetes/probe/sidecars.ts'

const pod = {
  metadata: { name: 'p', labels: { app: 'ui' }, annotations: { a: '1' } },
  spec: {
    tolerations: [{ key: 'own' }],
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    securityContext: { runAsUser: 65_532, runAsNonRoot: true },
    containers: [
      {
        name: 'probe',
        securityContext: { runAsUser: 65_532, readOnlyRootFilesystem: true },
        env: [{ name: 'A', value: 'x' }],
      },
    ],
  },
}

describe('a patch of the probes', () => {
  it('adds to lists, keeps what says who and where the probe is, and takes a field away by null', () => {
    const patch = probePatchSchema.parse({
      metadata: { labels: { team: 'net', app: 'other' }, annotations: { b: '2' } },
      spec: {
        ...{ tolerations: [{ key: 'gpu', operator: 'Exists' }], imagePullSecrets: [{ name: 'registry' }] },
        ...{ nodeSelector: { pool: 'infra', 'kubernetes.io/os': 'windows' }, priorityClassName: 'low' },
        securityContext: { runAsUser: null },
        containers: [
          {
            securityContext: { runAsUser: null },
            resources: { limits: { cpu: '1' } },
            env: [{ name: 'B', value: 'y' }],
          },
        ],
      },
    })
    expect(patched(pod, patch)).toEqual({
      metadata: { name: 'p', labels: { team: 'net', app: 'ui' }, annotations: { a: '1', b: '2' } },
      spec: {
        ...{
          tolerations: [{ key: 'own' }, { key: 'gpu', operator: 'Exists' }],
          imagePullSecrets: [{ name: 'registry' }],
        },
        ...{ nodeSelector: { pool: 'infra', 'kubernetes.io/os': 'linux' }, priorityClassName: 'low' },
        securityContext: { runAsNonRoot: true },
        containers: [
          {
            name: 'probe',
            securityContext: { readOnlyRootFilesystem: true },
            resources: { limits: { cpu: '1' } },
            env: [
              { name: 'A', value: 'x' },
              { name: 'B', value: 'y' },
            ],
          },
        ],
      },
    })
  })

  it('changes nothing where there is none', () => {
    expect(patched(pod, undefined)).toBe(pod)
    expect(patched(pod, {})).toEqual(pod)
  })

  it.each([
    { spec: { hostNetwork: true } },
    { spec: { containers: [{ image: 'x' }] } },
    { spec: { serviceAccountName: 'x' } },
    { metadata: { name: 'x' } },
  ])('is refused where it says what makes a probe another: %j', (patch) => {
    expect(probePatchSchema.safeParse(patch).success).toBe(false)
  })
})

describe('what somebody else put into a pod', () => {
  const live = (spec: object) => ({ metadata: { name: 'p' }, spec: spec as Record<string, unknown> })

  it('is told beside the note', () => {
    const spec = {
      containers: [{ name: 'probe' }, { name: 'istio-proxy' }],
      initContainers: [{ name: 'istio-init' }],
      volumes: [{ name: 'certificates' }],
    }
    expect(noteWith('tested as a plain pod', live(spec))).toBe(
      'tested as a plain pod; somebody added to it: the container istio-proxy, the init container istio-init, the volume certificates',
    )
  })

  it('is not told where there is nothing', () => {
    expect(noteWith('tested as a plain pod', live({ containers: [{ name: 'probe' }] }))).toBe('tested as a plain pod')
  })
})
