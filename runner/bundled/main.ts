import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { startChunk } from './chunks.ts'
import { compiledFolder, readCompiled, writeCompiled } from './compiled.ts'

/** The chunk with runner/main.ts, named by the build. */
declare const PROGRAM: string

const user = process.getuid?.()
const folder = compiledFolder({ environment: process.env, temporaryFolder: tmpdir(), user })
// What a command compiles is no use to another, and takes time to read.
const [, , command = ''] = process.argv
const name = `${process.version}-${process.arch}-${/^[a-z]+$/.test(command) ? command : 'help'}`

const known = folder === undefined ? new Map<string, Buffer>() : readCompiled(folder, name, user)
const chunks = startChunk(fileURLToPath(new URL('.', import.meta.url)), PROGRAM, known)
process.on('exit', (code) => {
  // 2 is wrong usage: there may be no such command. After 4 nothing is certain.
  if (folder !== undefined && code !== 2 && code !== 4 && chunks.isNew())
    writeCompiled(folder, name, user, chunks.compiled())
})
