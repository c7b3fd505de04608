import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** After so many objects of one list the answers that were read are thrown away. */
const many = 5_000
let collect: (() => void) | undefined

/**
 * For who reads a list in pages, of which little is kept: by itself the heap would grow to several times what it holds. The part of it that is for young objects
 * stays as large as it is, and garbage is collected now and then. (V8's `--optimize-for-size` keeps all of it smaller, for three times the processor time.)
 */
export function readFrugally(count: number): void {
  if (collect === undefined) {
    setFlagsFromString('--semi-space-growth-factor=1')
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  if (count % many === 0) collect()
}
