import { readdirSync, readFileSync } from 'node:fs'
import type { Fabric, Manifest } from '../../fabric/fabric.ts'
import { objectsOf } from '../../fabric/manifests/read.ts'
import type { Host } from '../../lab/launch.ts'
import { openLab } from '../../lab/open.ts'
import { type LabSettingsInput, labSettingsSchema } from '../../lab/settings.ts'

const place = { file: 'test.yaml', line: 1, column: 1 }

/** This process as the lab's host; what the lab starts carries `mark` in its environment. */
export function hostWith(mark: string): Host {
  return { platform: process.platform, node: process.execPath, environment: { ...process.env, CROSSCHECK_MARK: mark } }
}

/** A lab of plain manifests, dual-stack unless the settings say otherwise. */
export function labOf(objects: readonly Manifest[], settings: LabSettingsInput = {}, mark = 'test'): Promise<Fabric> {
  const { signal } = new AbortController()
  return openLab(
    {
      objects: objects.flatMap((value) => objectsOf(value, () => place, [])),
      settings: labSettingsSchema.parse({ families: [4, 6], ...settings }),
      host: hostWith(mark),
      now: Date.now,
    },
    signal,
  )
}

/** Processes anywhere on this machine that carry the mark: a namespace or mount of the lab lives only as long as one of these. */
export function processesWith(mark: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => pid !== String(process.pid) && read(`/proc/${pid}/environ`).includes(`CROSSCHECK_MARK=${mark}\0`))
    .map((pid) => `${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`)
}

/** Empty for a process that has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
