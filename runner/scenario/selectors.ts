import { z } from 'zod'
import { namespacePattern } from './resource-names.ts'

/** Kubernetes label key syntax: an optional DNS prefix, then at most 63 characters. */
const labelKey = z
  .string()
  .regex(/^(?:[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[-._A-Za-z0-9]{0,61}[A-Za-z0-9])?$/, {
    error: (issue) => `"${issue.input}" is no label key`,
  })
const labelValue = z.string().regex(/^(?:[A-Za-z0-9](?:[-._A-Za-z0-9]{0,61}[A-Za-z0-9])?)?$/, {
  error: (issue) => `"${issue.input}" is no label value`,
})

export const labels = z.record(labelKey, labelValue)
/** Null removes the label. */
export const labelChanges = z.record(labelKey, labelValue.nullable())

export const namespaceName = z
  .string()
  .regex(namespacePattern, { error: (issue) => `"${issue.input}" is no namespace name` })

const expression = z
  .strictObject({
    key: labelKey,
    operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
    values: z.array(labelValue).optional(),
  })
  .superRefine(({ operator, values = [] }, context) => {
    const wantsValues = operator === 'In' || operator === 'NotIn'
    if (wantsValues && values.length === 0) context.addIssue(`${operator} needs at least one of values`)
    if (!wantsValues && values.length > 0) context.addIssue(`${operator} takes no values`)
  })

/** The fields of a metav1.LabelSelector, for objects that have additional fields. */
export const selectorFields = {
  matchLabels: labels.optional().describe('Labels that must be there with exactly these values.'),
  matchExpressions: z.array(expression).optional().describe('Conditions on labels; all must hold.'),
}

export const selector = z.strictObject(selectorFields)
