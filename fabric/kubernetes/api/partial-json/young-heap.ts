import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Bytes, twice what V8 begins with. With less, most of a large list is copied twice before it counts as old; with more, nothing is faster. */
const enough = 32 * 1024 * 1024

/**
 * Stops the growth of V8's heap for young objects once it is large enough. A program that reads a list in pages keeps little of each, and the
 * heap would otherwise grow by 100 MB of dead objects. Collecting garbage between pages, or `--optimize-for-size`, costs more time than it saves space.
 */
export function limitYoungHeap(): void {
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
  if (young === undefined || young.space_size >= enough) setFlagsFromString('--semi-space-growth-factor=1')
}
