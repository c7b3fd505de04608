import { randomUUID } from 'node:crypto'
import { describeFabric } from '../fabric/contract.ts'
import { labOf, processesWith } from './opening.ts'

const mark = randomUUID()

describeFabric('lab', {
  open: (objects) => labOf(objects, {}, mark),
  leftovers: async () => processesWith(mark),
})
