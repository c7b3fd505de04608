import { z } from 'zod'

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const

/** Milliseconds of `500ms`, `2s`, `1m30s`, `0`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (!/^(?:\d{1,9}(?:\.\d{1,3})?(?:ms|s|m|h))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ms|s|m|h)/g)) {
    total += Number(amount) * units[unit as keyof typeof units]
  }
  return Math.round(total)
}

/** A duration in milliseconds within bounds, written as text (or the number 0). */
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
