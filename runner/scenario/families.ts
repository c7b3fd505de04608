import { isIPv6 } from 'node:net'
import type { Family } from '../../checks/vantage.ts'
import type { LabSettings } from '../../lab/settings.ts'
import type { ScenarioPath } from './model.ts'

/** The address families that paths need: by `family`, or by an IPv6 address as target. */
function familiesAsked(paths: readonly ScenarioPath[]): readonly Family[] {
  return paths.flatMap(({ family, target }): readonly Family[] => {
    if (family !== undefined) return family === 'both' ? [4, 6] : [family]
    return 'host' in target ? familiesNamed(target.host) : []
  })
}

/** IPv6 if a target's text is an IPv6 address, with or without brackets. */
export function familiesNamed(text: string): readonly Family[] {
  return isIPv6(/\[([^\]]+)\]/.exec(text)?.[1] ?? text) ? [6] : []
}

/** Lab settings with the families that stand-ins and paths need. */
export function withFamilies<Settings extends LabSettings>(lab: Settings, paths: readonly ScenarioPath[]): Settings {
  const standIns = lab.externals.flatMap((text) => familiesNamed(text.split('=').at(-1) ?? ''))
  return { ...lab, families: [...new Set([...lab.families, ...standIns, ...familiesAsked(paths)])] }
}
