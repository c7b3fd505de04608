const key = '"managedFields":['

/**
 * An API server's JSON with empty `managedFields`, which are half of what a pod takes and which only who asks for changes needs. They hold maps alone, so that the first bracket that closes ends
 * them; where a string among them has one, what is left is no JSON, and the caller must read the whole text.
 */
export function withoutManagedFields(text: string): string {
  const parts: string[] = []
  let from = 0
  for (let at = text.indexOf(key); at >= 0; at = text.indexOf(key, from)) {
    const end = text.indexOf(']', at)
    if (end < 0) break
    parts.push(text.slice(from, at + key.length))
    from = end
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(from)
}
