import { setFlagsFromString } from 'node:v8'

/**
 * For who reads a list in pages, of which little is kept: the part of the heap that is for young objects stays as large as it is. By itself it would grow by 100 MB for what is dead soon. (To collect
 * garbage between pages, or V8's `--optimize-for-size`, takes more time than it saves space.)
 */
export function readFrugally(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}
