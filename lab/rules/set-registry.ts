import { type Block, setBlock } from './ruleset.ts'

/** Named sets of one table. Equal contents share one set. */
export interface SetRegistry {
  /** The name (with `@`) of a set with exactly these elements, which must not be empty. */
  reference(type: string, elements: readonly string[], flags?: string): string
  blocks(): readonly Block[]
}

export function createSetRegistry(): SetRegistry {
  const names = new Map<string, string>()
  const blocks: Block[] = []
  return {
    reference(type, elements, flags) {
      const unique = [...new Set(elements)]
      const key = `${type}|${flags ?? ''}|${unique.join()}`
      const known = names.get(key)
      if (known !== undefined) return known
      const name = `set_${String(names.size)}`
      blocks.push(setBlock(name, type, unique, flags))
      names.set(key, `@${name}`)
      return `@${name}`
    },
    blocks: () => blocks,
  }
}
