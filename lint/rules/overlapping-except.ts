import { blocksIn, isWithin } from '../networks.ts'
import type { Rule } from '../rule.ts'

/** An `except` within another one has no effect. Often the author meant another network. */
export const overlappingExcept: Rule = {
  id: 'overlapping-except',
  severity: 'info',
  summary: 'an except that lies in another except of the same ipBlock',
  restsOnPresence: true,
  *find(context) {
    for (const { object, peerPath, except } of blocksIn(context)) {
      for (const [index, inner] of except.entries()) {
        const outer = except.find(
          (each, at) => at !== index && isWithin(inner, each) && (inner.bits > each.bits || at < index),
        )
        if (outer === undefined) continue
        const message = `except ${inner.text} lies in except ${outer.text}, and adds nothing`
        yield {
          object,
          path: [...peerPath, 'ipBlock', 'except', index],
          message,
          fix: 'remove it, or write the network that was meant',
        }
      }
    }
  },
}
