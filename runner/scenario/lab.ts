import { z } from 'zod'

/** What `spec.lab` may say. */
export const labSettingsSchema = z.strictObject({})
export type LabSettings = z.infer<typeof labSettingsSchema>
