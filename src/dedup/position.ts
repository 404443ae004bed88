import { Buffer } from 'node:buffer'
import { type Static, Type } from '@sinclair/typebox'
import { DamagedValue } from './damaged-value.ts'

/** The key of a partition's position in `.journals`. Keys of journals have slashes, so none is equal. */
export const POSITION_KEY = '_position'

const whole = (description: string) => Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description })

/** The last record that was judged, so that another topic with the same name can be told. */
const JudgedRecordSchema = Type.Object({
  offset: whole('Its offset.'),
  /** `fingerprintOf` it. */
  fingerprint: Type.String({ description: 'Of its timestamp, key and value.' }),
})

const VERSION = 1

/** The value of the record with the key `_position`, as JSON. */
export const PositionSchema = Type.Object(
  {
    version: Type.Literal(VERSION, { description: 'Of this format.' }),
    next: whole('The offset of the first record that was not judged.'),
    timeMs: whole("The partition's time: the highest timestamp of the records before. Milliseconds since 1970."),
    last: Type.Union([JudgedRecordSchema, Type.Null()], {
      description: 'The last record that was judged; null if none was.',
    }),
  },
  { description: 'How far a partition of the raw topic was judged.' },
)

type PositionValue = Static<typeof PositionSchema>
/** How far a partition of the raw topic was judged. */
export type Position = Readonly<Omit<PositionValue, 'version'>>
export type JudgedRecord = Readonly<Static<typeof JudgedRecordSchema>>

export const START: Position = { next: 0, timeMs: 0, last: null }

/** Writes the value of the record with the key `_position`. */
export function positionValue({ next, timeMs, last }: Position): Buffer {
  const value: PositionValue = { version: VERSION, next, timeMs, last }
  return Buffer.from(JSON.stringify(value))
}

/** Reads such a value. Throws `DamagedValue` if it is of another version, or not one. */
export function positionIn(value: Buffer): Position {
  let read: unknown
  try {
    read = JSON.parse(value.toString())
  } catch {
    throw new DamagedValue('it is no JSON')
  }
  const { version, next, timeMs, last } = (read ?? {}) as Record<string, unknown>
  if (version !== VERSION) throw new DamagedValue(`it is of version ${version}; this program knows version ${VERSION}`)
  if (!isWhole(next) || !isWhole(timeMs)) throw new DamagedValue('next and timeMs are not whole numbers')
  if (last !== null && !isJudgedBefore(last, next)) throw new DamagedValue('last is not a record before next')
  return { next, timeMs, last }
}

function isJudgedBefore(value: unknown, next: number): value is JudgedRecord {
  const { offset, fingerprint } = (value ?? {}) as Record<string, unknown>
  return isWhole(offset) && offset < next && typeof fingerprint === 'string'
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
