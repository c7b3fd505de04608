import { z } from 'zod'
import { parseDuration } from './parse-duration.ts'

/** A duration within bounds, in milliseconds, written as text (or the number 0). */
export function duration({ min, max }: { readonly min: number; readonly max: number }) {
  const wanted = 'expected a duration such as 500ms, 2s or 1m'
  return z.union([z.literal(0), z.string().min(1)], { error: wanted }).transform((value, context): number => {
    const milliseconds = parseDuration(String(value))
    if (milliseconds === undefined) return invalid(context, `${wanted}, got "${value}"`)
    if (milliseconds < min || milliseconds > max) {
      return invalid(context, `a duration from ${show(min)} to ${show(max)} is possible, got ${value}`)
    }
    return milliseconds
  })
}

/** Reports a custom issue from inside a transform. */
export function invalid(context: z.core.$RefinementCtx, message: string): never {
  context.issues.push({ code: 'custom', message, input: context.value })
  return z.NEVER
}

function show(milliseconds: number): string {
  if (milliseconds === 0) return '0'
  if (milliseconds % 60_000 === 0) return `${milliseconds / 60_000}m`
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`
}
