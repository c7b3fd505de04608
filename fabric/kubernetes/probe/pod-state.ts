import type { LiveObject } from '../api/objects.ts'

/** Whether a pod runs, or why it does not. */
export type PodState =
  | { readonly kind: 'running' }
  | { readonly kind: 'waiting'; readonly why: string }
  /** It will not start without a change by a user. */
  | { readonly kind: 'stuck'; readonly why: string }

interface Status {
  readonly phase?: string
  readonly reason?: string
  readonly message?: string
  readonly podIP?: string
  readonly conditions?: readonly {
    readonly type: string
    readonly status: string
    readonly reason?: string
    readonly message?: string
  }[]
  readonly containerStatuses?: readonly ContainerStatus[]
  readonly ephemeralContainerStatuses?: readonly ContainerStatus[]
}

export interface ContainerStatus {
  readonly name: string
  readonly imageID?: string
  readonly state?: {
    readonly running?: object
    readonly waiting?: { readonly reason?: string; readonly message?: string }
    readonly terminated?: { readonly reason?: string; readonly message?: string; readonly exitCode?: number }
  }
}

/** Reasons of a waiting container that are not temporary (kubelet's `images` and `container` packages). */
const lasting: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'CrashLoopBackOff',
])

/** Whether a pod's containers run and it has an address. */
export function stateOf(pod: LiveObject): PodState {
  const status = (pod.status ?? {}) as Status
  const { phase } = status
  if (phase === 'Failed' || phase === 'Succeeded') {
    return { kind: 'stuck', why: sentence(`it has ended (${phase})`, status.reason, status.message) }
  }
  const containers = status.containerStatuses ?? []
  for (const container of containers) {
    const state = containerState(container)
    if (state.kind !== 'running') return state
  }
  if (containers.length > 0 && status.podIP) return { kind: 'running' }
  const unscheduled = status.conditions?.find(({ type, status: value }) => type === 'PodScheduled' && value === 'False')
  if (unscheduled !== undefined) {
    return { kind: 'waiting', why: sentence('it is not scheduled', unscheduled.reason, unscheduled.message) }
  }
  return { kind: 'waiting', why: containers.length === 0 ? 'no container was started yet' : 'it has no address yet' }
}

/** The state of one container, including an ephemeral one. */
export function containerState({ name, state }: ContainerStatus): PodState {
  if (state?.running !== undefined) return { kind: 'running' }
  const { waiting, terminated } = state ?? {}
  if (terminated !== undefined) {
    return {
      kind: 'stuck',
      why: sentence(
        `its container ${name} ended (${terminated.exitCode ?? '?'})`,
        terminated.reason,
        terminated.message,
      ),
    }
  }
  const why = sentence(`its container ${name} waits`, waiting?.reason, waiting?.message)
  return { kind: waiting?.reason !== undefined && lasting.has(waiting.reason) ? 'stuck' : 'waiting', why }
}

/**
 * The digest of the image of a pod's first container, or of the ephemeral container of that name, as its node reports
 * it.
 */
export function imageOf(pod: LiveObject, ephemeral?: string): string | undefined {
  const { containerStatuses = [], ephemeralContainerStatuses = [] } = (pod.status ?? {}) as Status
  const found =
    ephemeral === undefined ? containerStatuses[0] : ephemeralContainerStatuses.find(({ name }) => name === ephemeral)
  return found?.imageID === '' ? undefined : found?.imageID
}

/** Whether the pod's Ready condition is true. */
export function isReady(pod: LiveObject): boolean {
  const { conditions } = (pod.status ?? {}) as Status
  return conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
}

function sentence(head: string, ...rest: readonly (string | undefined)[]): string {
  return [head, ...rest.filter((part) => part)].join(': ')
}
