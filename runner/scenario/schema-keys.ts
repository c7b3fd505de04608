import type { z } from 'zod'

interface Definition {
  readonly type: string
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>
  readonly element?: z.core.$ZodType
  readonly valueType?: z.core.$ZodType
  readonly innerType?: z.core.$ZodType
  readonly in?: z.core.$ZodType
  readonly options?: readonly z.core.$ZodType[]
}

/** The keys that a schema knows at a path of the input, for "did you mean"; empty if any key is allowed. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const definition = schema._zod.def as unknown as Definition
  const inner = definition.innerType ?? definition.in
  if (inner !== undefined) return keysAt(inner, path)
  if (definition.options !== undefined) return definition.options.flatMap((option) => keysAt(option, path))
  const [step, ...rest] = path
  if (step === undefined) return Object.keys(definition.shape ?? {})
  const next = definition.shape?.[String(step)] ?? definition.element ?? definition.valueType
  return next === undefined ? [] : keysAt(next, rest)
}
