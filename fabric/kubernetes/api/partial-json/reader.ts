import { createParse } from './parse.ts'
import type { Shape } from './shape.ts'

export { allBut, only, type Shape, shared } from './shape.ts'
export { limitYoungHeap } from './young-heap.ts'

/**
 * Reads the part of an API server's JSON that a shape selects. `request` names the request in the error for a
 * response that is not JSON. This folder is a JSON parser of our own, for the speed of `explain` on a large cluster, and
 * this file is its only entry point. Forms that it does not support go to `JSON.parse`. Processor time for a page of 500
 * pods (4.5 MB), of which a world needs a tenth:
 *
 * | `JSON.parse` and projection | 26 to 32 ms |
 * | `@bufbuild/protobuf`        | 12 to 16 ms |
 * | this reader                 | 5 to 12 ms  |
 * | `pbf` over protobuf, with values shared by their bytes | 3.5 to 7 ms |
 *
 * `npm run bench -- world` measures the whole: 50,000 pods are 100 pages.
 */
export function createReader(shape: Shape): (bytes: Buffer, request: string) => unknown {
  const parse = shape === 'all' ? undefined : createParse(shape)
  return (bytes, request) => {
    const found = (parse && orNone(() => parse(bytes))) ?? orNone(() => JSON.parse(bytes.toString()) as unknown)
    if (found !== undefined) return found
    const start = bytes.toString().trim().slice(0, 100)
    throw new Error(`${request}: the response is not from a Kubernetes API server: ${start}`)
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
