import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')

/** Collects garbage now: all of it, or only young objects. */
export const collectGarbage: (options?: { type: 'minor' }) => void = runInNewContext('gc')
