import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'

/** Without rights in a user namespace of its own; as root where the machine refuses those. */
const fresh = spawnSync('unshare', ['-Ur', 'true']).status === 0 ? ['-Urnm'] : ['-nm']

/** Runs the body of a program in namespaces of its own, with `nft` open over the namespaces `a` and `b`; gives what it returns. */
function inNamespaces(body: string, options: object): unknown {
  const url = (name: string) => JSON.stringify(new URL(`../../../lab/worker/${name}.ts`, import.meta.url))
  const program = `
    import { openSync } from 'node:fs'
    const { openNamespaces } = await import(${url('namespaces')})
    const { openNft } = await import(${url('nft')})
    const namespaces = openNamespaces()
    for (const name of ['a', 'b']) namespaces.add(name)
    const nft = openNft(namespaces, ${JSON.stringify(options)})
    const told = await (async () => { ${body} })()
    process.stdout.write(JSON.stringify(told))`
  const args = [...fresh, process.execPath, '--no-warnings', '--input-type=module', '-e', program]
  const { stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8', timeout: 30_000 })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout)
}

const tables = `
  const tables = async (name) => JSON.parse(await nft(name, 'list tables')).nftables.flatMap(({ table }) => table?.name ?? [])`

const ways = {
  'the library': {},
  'the program, where there is no library': { soname: 'libnftables.so.none' },
  'the program, in more namespaces than the library is used in': { contexts: 1 },
}

it.each(Object.entries(ways))(
  '%s changes and lists the namespace that it is told, and says what is wrong',
  (_, way) => {
    const told = inNamespaces(
      `${tables}
     await nft('a', 'add table inet one')
     await nft('b', 'add table inet two')
     await nft('a', 'add table inet three')
     const refused = await nft('b', 'add table inet half\\nadd rule inet nosuch input accept').catch(String)
     return [await tables('a'), await tables('b'), refused]`,
      way,
    )
    expect(told).toEqual([
      ['one', 'three'],
      ['two'],
      expect.stringMatching(/^Error: nft in b: .*No such file or directory/s),
    ])
  },
)

it('works with more descriptors open than select(2) can wait for', () => {
  const told = inNamespaces(
    `${tables}
     for (let i = 0; i < 1500; i++) openSync('/dev/null', 'r')
     for (const name of ['a', 'b']) await nft(name, 'add table inet ' + name)
     return [await tables('a'), await tables('b')]`,
    {},
  )
  expect(told).toEqual([['a'], ['b']])
})
