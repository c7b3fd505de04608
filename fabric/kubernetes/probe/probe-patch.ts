import { z } from 'zod'

const words = z.record(z.string(), z.string())
const anything = z.looseObject({})

/**
 * What an administrator sets on every pod that Crosscheck creates: a pod template that may contain only these keys.
 * None of them changes a probe's identity or network.
 */
export const probePatchSchema = z.strictObject({
  metadata: z.strictObject({ labels: words, annotations: words }).partial().optional(),
  spec: z
    .strictObject({
      tolerations: z.array(anything),
      nodeSelector: words,
      affinity: anything,
      imagePullSecrets: z.array(z.strictObject({ name: z.string() })),
      priorityClassName: z.string(),
      runtimeClassName: z.string(),
      schedulerName: z.string(),
      securityContext: anything,
      containers: z
        .array(
          z
            .strictObject({
              resources: anything,
              securityContext: anything,
              env: z.array(z.strictObject({ name: z.string(), value: z.string() })),
            })
            .partial(),
        )
        .length(1),
    })
    .partial()
    .optional(),
})

export type ProbePatch = z.infer<typeof probePatchSchema>
type Fields = Readonly<Record<string, unknown>>

interface PodParts {
  readonly metadata: Fields
  readonly spec: Fields
}

/**
 * Applies the patch to a pod. Lists are appended. In maps, the pod's keys win, because they are its identity and
 * placement. Security contexts and resources follow the patch, where null removes a field (JSON Merge Patch, RFC 7386).
 */
export function patched<T extends PodParts>(pod: T, patch: ProbePatch | undefined): T {
  if (patch === undefined) return pod
  const { metadata = {}, spec: { containers: [patchOfContainer = {}] = [], ...spec } = {} } = patch
  const { tolerations = [], imagePullSecrets = [], nodeSelector, affinity, securityContext, ...words } = spec
  const [container, ...others] = pod.spec['containers'] as readonly Fields[]
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      ...beside(metadata.labels, 'labels', pod.metadata),
      ...beside(metadata.annotations, 'annotations', pod.metadata),
    },
    spec: {
      ...pod.spec,
      ...words,
      ...more(tolerations, 'tolerations', pod.spec),
      ...more(imagePullSecrets, 'imagePullSecrets', pod.spec),
      ...beside(nodeSelector, 'nodeSelector', pod.spec),
      ...beside(affinity, 'affinity', pod.spec),
      ...merged(securityContext, 'securityContext', pod.spec),
      containers: [{ ...container, ...containerPatch(container ?? {}, patchOfContainer) }, ...others],
    },
  }
}

function containerPatch(container: Fields, { env = [], resources, securityContext }: Fields): Fields {
  return {
    ...more(env as readonly unknown[], 'env', container),
    ...merged(resources as Fields | undefined, 'resources', container),
    ...merged(securityContext as Fields | undefined, 'securityContext', container),
  }
}

function beside(given: Fields | undefined, key: string, own: Fields): Fields {
  return given === undefined ? {} : { [key]: { ...given, ...(own[key] as Fields | undefined) } }
}

function more(given: readonly unknown[], key: string, own: Fields): Fields {
  return given.length === 0 ? {} : { [key]: [...((own[key] as readonly unknown[] | undefined) ?? []), ...given] }
}

function merged(given: Fields | undefined, key: string, own: Fields): Fields {
  return given === undefined ? {} : { [key]: merge(own[key], given) }
}

function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const base: Fields = typeof target === 'object' && target !== null && !Array.isArray(target) ? (target as Fields) : {}
  const entries = Object.entries(patch).flatMap(([key, value]): [string, unknown][] =>
    value === null ? [] : [[key, merge(base[key], value)]],
  )
  const kept = Object.entries(base).filter(([key]) => !Object.hasOwn(patch, key))
  return Object.fromEntries([...kept, ...entries])
}
