/** Whether the member at this path, or one that it is in, is exempt. */
export type IsExempt = (path: readonly (string | number)[]) => boolean

/** JSON pointers (RFC 6901) as one question. A step `*` stands for any member or element. */
export function exemptAt(pointers: readonly string[]): IsExempt {
  const exempt = pointers.map((pointer) => pointer.split('/').slice(1).map(nameOf))
  return (path) => exempt.some((steps) => isAtOrIn(path, steps))
}

function isAtOrIn(path: readonly (string | number)[], steps: readonly string[]): boolean {
  return steps.length <= path.length && steps.every((step, i) => step === '*' || step === String(path[i]))
}

function nameOf(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~')
}
