/**
 * Waits for all promises of the first list. If one rejects, waits for the rest of both lists before it rejects, because their work would continue on
 * a closed fabric. Otherwise the second list is not awaited; its promises may reject later, where they are awaited.
 */
export async function awaitAllSettled<T extends readonly Promise<unknown>[]>(
  awaited: readonly [...T],
  underWay: readonly Promise<unknown>[] = [],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  for (const each of underWay) each.catch(() => undefined)
  const ended = await Promise.allSettled(awaited)
  const broken = ended.find(({ status }) => status === 'rejected')
  if (broken?.status === 'rejected') {
    await Promise.allSettled(underWay)
    throw broken.reason
  }
  return ended.map((each) => (each.status === 'fulfilled' ? each.value : undefined)) as never
}
