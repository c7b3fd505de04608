/**
 * Waits for all of the first; when one rejects, it waits for the rest of them, and for the second ones, to end before it rejects: what is still
 * under way would work on a fabric that is gone. The second ones are not waited for otherwise, and may reject later where somebody awaits them.
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
