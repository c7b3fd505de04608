/** A change that was refused before any part of it was applied, with every reason. */
export class RefusedChange extends Error {
  override readonly name = 'RefusedChange'
}
