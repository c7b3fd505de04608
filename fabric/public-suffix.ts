/** Generic top-level domains that manifests name; country codes have two letters. */
const generic = new Set(
  (
    'com net org info biz edu gov mil int arpa name pro mobi aero coop museum jobs travel app dev page cloud online site store shop ' +
    'tech xyz blog news live media digital agency solutions services network systems software tools zone space website email host ' +
    'hosting world today company global group team studio run'
  ).split(' '),
)

/** Whether the public DNS root may delegate the name: elsewhere nobody has it, and the root itself says so. */
export function isPublic(name: string): boolean {
  const labels = name.split('.')
  const last = labels.at(-1) ?? ''
  return labels.length > 1 && (/^[a-z]{2}$/.test(last) || last.startsWith('xn--') || generic.has(last))
}
