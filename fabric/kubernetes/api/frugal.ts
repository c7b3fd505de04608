import { setFlagsFromString } from 'node:v8'

let frugal = false

/**
 * From now on the heap of this process grows slowly (V8's `--optimize-for-size`, which it looks at in each collection): for who reads a cluster of tens of thousands of
 * pods, of which little is kept. A third less memory, for a tenth more time.
 */
export function growSlowly(): void {
  if (frugal) return
  frugal = true
  setFlagsFromString('--optimize-for-size')
}
