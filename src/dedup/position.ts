import { Buffer } from 'node:buffer'
import { DamagedValue } from './damaged-value.ts'

/** The key of a partition's position in `.journals`. Keys of journals have slashes, so none is equal. */
export const POSITION_KEY = '_position'

/** How far a partition of the raw topic was judged. */
export interface Position {
  /** The offset of the first record that was not judged. */
  readonly next: number
  /** The partition's time: the highest timestamp of the records before. Milliseconds since 1970. */
  readonly timeMs: number
}

export const START: Position = { next: 0, timeMs: 0 }

const VERSION = 1

/** The value of the record with the key `_position`. */
export function positionValue({ next, timeMs }: Position): Buffer {
  return Buffer.from(JSON.stringify({ version: VERSION, next, timeMs }))
}

/** Reads such a value. Throws `DamagedValue` if it is of another version, or not one. */
export function positionIn(value: Buffer): Position {
  let read: unknown
  try {
    read = JSON.parse(value.toString())
  } catch {
    throw new DamagedValue('it is no JSON')
  }
  const { version, next, timeMs } = (read ?? {}) as Record<string, unknown>
  if (version !== VERSION) throw new DamagedValue(`it is of version ${version}; this program knows version ${VERSION}`)
  if (!isWhole(next) || !isWhole(timeMs)) throw new DamagedValue('next and timeMs are not whole numbers')
  return { next, timeMs }
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
