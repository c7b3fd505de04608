const dns1123Label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const dns1123Subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const qualifiedPart = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/

/** Why a text is not a DNS-1123 label (a namespace, a host name). Undefined if it is valid. Wording of k8s.io/apimachinery. */
export function labelNameFault(text: string): string | undefined {
  if (text.length > 63) return 'must be no more than 63 characters'
  if (dns1123Label.test(text)) return undefined
  return 'a lowercase RFC 1123 label must consist of lower case alphanumeric characters or "-", and must start and end with an alphanumeric character'
}

/** Why a text is not a DNS-1123 subdomain (the name of most objects). Undefined if it is valid. */
export function subdomainFault(text: string): string | undefined {
  if (text.length > 253) return 'must be no more than 253 characters'
  if (dns1123Subdomain.test(text)) return undefined
  return 'a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, "-" or ".", and must start and end with an alphanumeric character'
}

/** Why a text is not a label key (`[prefix/]name`). Undefined if it is valid. */
export function labelKeyFault(text: string): string | undefined {
  const parts = text.split('/')
  const [prefix, name = ''] = parts.length === 1 ? [undefined, parts[0]] : parts
  if (parts.length > 2) return 'a qualified name has at most one "/"'
  if (prefix !== undefined && subdomainFault(prefix) !== undefined) return `prefix part: ${subdomainFault(prefix)}`
  if (name.length > 63) return 'name part must be no more than 63 characters'
  if (qualifiedPart.test(name)) return undefined
  return 'name part must consist of alphanumeric characters, "-", "_" or ".", and must start and end with an alphanumeric character'
}

/** Why a text is not a label value. Undefined if it is valid. */
export function labelValueFault(text: string): string | undefined {
  if (text.length > 63) return 'must be no more than 63 characters'
  if (text === '' || qualifiedPart.test(text)) return undefined
  return 'a valid label must be an empty string or consist of alphanumeric characters, "-", "_" or ".", and must start and end with an alphanumeric character'
}

/** Why a text is not a port name (IANA_SVC_NAME, RFC 6335). Undefined if it is valid. */
export function portNameFault(text: string): string | undefined {
  if (text.length > 15) return 'must be no more than 15 characters'
  if (!/^[-a-z0-9]+$/.test(text)) return 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)'
  if (!/[a-z]/.test(text)) return 'must contain at least one letter (a-z)'
  if (text.includes('--')) return 'must not contain consecutive hyphens'
  if (text.startsWith('-') || text.endsWith('-')) return 'must not begin or end with a hyphen'
  return undefined
}

/** Returns the message for a value with invalid syntax, in the API server's format. */
export function invalidValue(value: unknown, fault: string): string {
  return `Invalid value: ${JSON.stringify(value)}: ${fault}`
}
