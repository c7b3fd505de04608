import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Twice what V8 begins with, in bytes: with less, most of a large list is copied twice before it counts as old; with more, nothing is quicker. */
const enough = 32 * 1024 * 1024

/**
 * For who reads a list in pages, of which little is kept: once the part of the heap that is for young objects is large enough it stays as it is. By itself it would grow by 100 MB for what is dead
 * soon. (To collect garbage between pages, or V8's `--optimize-for-size`, takes more time than it saves space.)
 */
export function readFrugally(): void {
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
  if (young === undefined || young.space_size >= enough) setFlagsFromString('--semi-space-growth-factor=1')
}
