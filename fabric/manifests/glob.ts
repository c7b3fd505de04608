/**
 * Whether a path below a folder, or one of its parent folders, matches a pattern. `*` and `?` match within a name, `**`
 * matches across folders, `{a,b}` matches either. A pattern without a slash matches names at any depth, as in
 * .gitignore.
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
