import type { Shape } from './shape.ts'
import { createTrim } from './trim.ts'

/** Reads the JSON of an answer to a request (`GET /version`) in a shape; what cannot be trimmed is read whole. Throws where it is no JSON. */
export function createReader(shape: Shape): (bytes: Buffer, request: string) => unknown {
  const trim = shape === 'all' ? undefined : createTrim(shape)
  return (bytes, request) => {
    const trimmed = trim === undefined ? undefined : orNone(() => trim(bytes))
    const text = trimmed ?? bytes.toString()
    const found = orNone(() => ({ value: JSON.parse(text) as unknown }))
    if (found !== undefined) return found.value
    const start = bytes.toString().trim().slice(0, 100)
    throw new Error(`${request}: what answers there is no API server: ${start}`)
  }
}

function orNone<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
