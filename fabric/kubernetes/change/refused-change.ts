/** A change that is refused before anything of it is done, with every reason. */
export class RefusedChange extends Error {
  override readonly name = 'RefusedChange'
}
