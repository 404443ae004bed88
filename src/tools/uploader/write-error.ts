import { plainMessage, systemWords } from '../../system-problem.ts'

/** A file could not be written. The message names it and says what to do. */
export class WriteError extends Error {
  readonly file: string

  constructor(file: string, cause: unknown) {
    super(`${file} could not be written: ${systemWords(cause) ?? plainMessage(cause)}${remedyOf(cause)}`, { cause })
    this.file = file
  }
}

/** What a person can change so that the same file can be written. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'free space',
  EDQUOT: 'free space',
  EACCES: 'change the rights of the file or its folder',
  EPERM: 'change the rights of the file or its folder',
  EROFS: 'make it writable',
}

function remedyOf(cause: unknown): string {
  const remedy = REMEDIES[(cause as NodeJS.ErrnoException).code ?? '']
  return remedy === undefined ? '' : `: ${remedy}, then run the same command again: it goes on from there`
}
