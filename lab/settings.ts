import { z } from 'zod'
import { type External, readExternal } from './externals.ts'

const object = z
  .string()
  .regex(/^[^/\s]+\/[^/\s]+$/, 'expected namespace/name')
  .describe('namespace/name of a pod')
const onPod = { pod: object }
const onNode = { node: z.string().min(1) }

/** Faults of real clusters that the lab can imitate. Each can cause a wrong verdict in a test harness. */
export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('link-down'), ...onPod }).describe('packets to and from the pod vanish'),
  z.strictObject({ kind: z.literal('overlay-cut'), ...onNode }).describe('pods of the node reach no pod elsewhere'),
  z
    .strictObject({ kind: z.literal('proxy'), ...onPod, side: z.enum(['outbound', 'inbound']).default('outbound') })
    .describe('a transparent proxy accepts every TCP connection of the pod, or to it'),
  z.strictObject({ kind: z.literal('bind-localhost'), ...onPod }).describe('its servers listen on 127.0.0.1 and ::1'),
  z.strictObject({ kind: z.literal('ipv4-only'), ...onPod }).describe('its servers listen on IPv4 only'),
  z.strictObject({ kind: z.literal('no-listener'), ...onPod }).describe('nothing listens in the pod'),
  z.strictObject({ kind: z.literal('gone'), ...onPod }).describe('the pod is listed, and its address leads nowhere'),
  z.strictObject({ kind: z.literal('crash'), ...onPod }).describe('no check can run in the pod'),
  z
    .strictObject({ kind: z.literal('leak'), ...onPod, every: z.int().min(1).max(1000), of: z.int().min(1).max(1000) })
    .refine((leak) => leak.every <= leak.of, 'every must not exceed of')
    .describe('`every` of `of` new connections to the pod pass, whatever the policies say'),
  z
    .strictObject({ kind: z.literal('http-status'), ...onPod, status: z.int().min(200).max(599) })
    .describe('its servers answer HTTP with this status'),
])

/** The lab settings of a scenario file (`spec.lab`). The defaults are a cluster without faults. */
export const labSettingsSchema = z.strictObject({
  enforcement: z.enum(['enforced', 'none']).default('enforced').describe('whether policies have an effect'),
  deny: z.enum(['drop', 'reject', 'refuse']).default('drop').describe('silence, ICMP admin-prohibited, or TCP reset'),
  policyDelay: z.int().min(0).max(60_000).default(0).describe('milliseconds until policies know a fresh pod as a peer'),
  faults: z.array(faultSchema).max(1000).default([]),
  families: z
    .array(z.union([z.literal(4), z.literal(6)]))
    .max(2)
    .default([])
    .describe('address families of pods beside those that the manifests show: [4, 6] for both'),
  externals: z
    .array(
      z.string().refine((text) => readExternal(text) !== undefined, {
        error: 'expected ADDRESS, NAME or NAME=ADDRESS, each also with :PORT (IPv6 in brackets then)',
      }),
    )
    .max(200)
    .default([])
    .describe(
      'stand-ins beyond the cluster: ADDRESS, NAME or NAME=ADDRESS, each also with :PORT; ports 80 and 443 without',
    ),
})

/** The hosts outside the cluster that settings name. */
export function externalsOf({ externals }: Pick<LabSettings, 'externals'>): readonly External[] {
  return externals.flatMap((text) => readExternal(text) ?? [])
}

export type Fault = z.infer<typeof faultSchema>
export type LabSettings = z.infer<typeof labSettingsSchema>
export type LabSettingsInput = z.input<typeof labSettingsSchema>
