/** The namespace in a name with several labels, if the name is in the cluster. */
export function namespaceIn(host: string): string | undefined {
  const labels = host.toLowerCase().replace(/\.$/, '').split('.')
  const at = labels.indexOf('svc')
  return at > 1 ? labels[at - 1] : labels.length > 3 ? undefined : labels.slice(1).at(-1)
}
