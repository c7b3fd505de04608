import type { Shape } from './shape.ts'
import { createTrim } from './trim.ts'

/** Reads JSON in a shape; what cannot be trimmed is read whole. Throws SyntaxError where it is no JSON. */
export function createReader(shape: Shape): (bytes: Buffer) => unknown {
  if (shape === 'all') return (bytes) => JSON.parse(bytes.toString())
  const trim = createTrim(shape)
  return (bytes) => JSON.parse(trimmed(bytes) ?? bytes.toString())

  function trimmed(bytes: Buffer): string | undefined {
    try {
      return trim(bytes)
    } catch (error) {
      if (error instanceof SyntaxError) return undefined
      throw error
    }
  }
}
