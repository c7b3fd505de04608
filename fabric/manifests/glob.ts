/**
 * Whether a path below a folder, or one of the folders on the way to it, matches a pattern: `*` and `?` stay within a name, `**` crosses
 * folders, `{a,b}` is one of several. A pattern without a slash is of a name at any depth, as in .gitignore.
 */
export function createGlob(pattern: string): (path: string) => boolean {
  const trimmed = pattern.replace(/^\.\//, '').replace(/\/+$/, '')
  const anywhere = trimmed.includes('/') ? '' : '(?:.*/)?'
  const expression = new RegExp(`^${anywhere}${translated(trimmed)}(?:/.*)?$`)
  return (path) => expression.test(path)
}

function translated(pattern: string): string {
  let depth = 0
  return pattern.replaceAll(/\*\*\/|\*\*|[*?{},]|[\\^$.+()|[\]]/g, (sign) => {
    switch (sign) {
      case '**/':
        return '(?:.*/)?'
      case '**':
        return '.*'
      case '*':
        return '[^/]*'
      case '?':
        return '[^/]'
      case '{':
        depth++
        return '(?:'
      case '}':
        return depth-- > 0 ? ')' : '\\}'
      case ',':
        return depth > 0 ? '|' : ','
      default:
        return `\\${sign}`
    }
  })
}
