import { createParse } from './parse.ts'
import type { Shape } from './shape.ts'

/** Reads the JSON of an answer to a request (`GET /version`) in a shape; what is not understood is read whole. Throws where it is no JSON. */
export function createReader(shape: Shape): (bytes: Buffer, request: string) => unknown {
  const parse = shape === 'all' ? undefined : createParse(shape)
  return (bytes, request) => {
    const found = (parse && orNone(() => parse(bytes))) ?? orNone(() => JSON.parse(bytes.toString()) as unknown)
    if (found !== undefined) return found
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
