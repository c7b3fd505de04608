import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/**
 * Bytes, twice V8's initial size. With less, most of a large list is copied twice before promotion. More is not faster.
 */
const enough = 32 * 1024 * 1024

/**
 * Limits V8's heap for young objects. A program that reads a list in pages keeps little of each page, and the heap
 * would grow by 100 MB of dead objects. Collecting garbage between pages, or `--optimize-for-size`, costs too much time
 * for the memory that it saves.
 */
export function limitYoungHeap(): void {
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
  if (young === undefined || young.space_size >= enough) setFlagsFromString('--semi-space-growth-factor=1')
}
