import type * as z from 'zod'

/** A mistake in a request, and its position. */
export interface Mistake {
  readonly path: string
  readonly message: string
}

const most = 20
const longest = 300

/** A schema's issues as a bounded list. Values are not repeated, and names from the client only in part. */
export function mistakes(error: z.ZodError, root: string): readonly Mistake[] {
  return error.issues.slice(0, most).map((issue) => ({
    path: [root, ...issue.path.map(String)]
      .filter((part) => part !== '')
      .join('.')
      .slice(0, longest),
    message: issue.message.slice(0, longest),
  }))
}
