/** A number of a journal that was taken lately: enough to compare a repeat with it, and to answer it. */
export interface RecentNumber {
  readonly sequenceNumber: number
  /** `contentHash` of the first record with this number. */
  readonly contentHash: string
  readonly rawOffset: number
  readonly receivedAtMs: number
}

/** First and last of a run of numbers. */
export type NumberRange = readonly [first: number, last: number]

/** What the stage knows about one journal. */
export interface Journal {
  /** Every number from 1 to this one was taken. */
  through: number
  /** The numbers beyond `through` that were taken, as rising ranges with gaps between them. */
  ahead: NumberRange[]
  /** The latest numbers in the order in which they were taken. */
  recent: RecentNumber[]
  /** The partition's time (the highest timestamp of its records) when a number was last taken. */
  touchedMs: number
  /** The same when one was last taken from an upload; 0 if none was. */
  uploadedMs: number
}

/** As many numbers of `recent` are always kept. */
export const KEPT_RECENT = 16
/** An upload is sent again as a whole: so many are kept until `RECENT_FOR_MS` after the last one. */
export const MAX_RECENT = 1_024
export const RECENT_FOR_MS = 600_000

/** The most gaps of a journal. A number that would open one more is not taken: nothing may grow without end. */
export const MAX_AHEAD = 2_000

export function newJournal(): Journal {
  return { through: 0, ahead: [], recent: [], touchedMs: 0, uploadedMs: 0 }
}

/** Whether a number was taken before. */
export function hasTaken({ through, ahead }: Journal, sequenceNumber: number): boolean {
  if (sequenceNumber <= through) return true
  const range = ahead[rangeUpTo(ahead, sequenceNumber)]
  return range !== undefined && sequenceNumber <= range[1]
}

/** Whether a number that was not taken before can be: false if it would open one gap too many. */
export function hasRoomFor({ through, ahead }: Journal, sequenceNumber: number): boolean {
  if (ahead.length < MAX_AHEAD || sequenceNumber === through + 1) return true
  const index = rangeUpTo(ahead, sequenceNumber)
  return ahead[index]?.[1] === sequenceNumber - 1 || ahead[index + 1]?.[0] === sequenceNumber + 1
}

/** Takes a number that was not taken before. `isUploaded`: whether it came in an upload. */
export function take(journal: Journal, taken: RecentNumber, timeMs: number, isUploaded: boolean): void {
  trim(journal, timeMs)
  addNumber(journal, taken.sequenceNumber)
  journal.recent.push(taken)
  journal.touchedMs = timeMs
  if (isUploaded) journal.uploadedMs = timeMs
  trim(journal, timeMs)
}

/**
 * Drops what `recent` need not keep at this time. It does not matter whether this is called between two calls of `take`:
 * time never goes back, and only `take` lets more be kept.
 */
export function trim({ recent, uploadedMs }: Journal, timeMs: number): void {
  const kept = timeMs - uploadedMs <= RECENT_FOR_MS ? MAX_RECENT : KEPT_RECENT
  if (recent.length > kept) recent.splice(0, recent.length - kept)
}

function addNumber(journal: Journal, added: number): void {
  const { ahead } = journal
  if (added === journal.through + 1) {
    const joins = ahead[0]?.[0] === added + 1
    journal.through = joins ? (ahead.shift() as NumberRange)[1] : added
    return
  }
  const index = rangeUpTo(ahead, added)
  const before = ahead[index]
  const after = ahead[index + 1]
  const first = before?.[1] === added - 1 ? before[0] : added
  const last = after?.[0] === added + 1 ? after[1] : added
  const from = first === added ? index + 1 : index
  const count = (first === added ? 0 : 1) + (last === added ? 0 : 1)
  ahead.splice(from, count, [first, last])
}

/** The index of the last range that does not begin behind the number; -1 if all do. */
function rangeUpTo(ahead: readonly NumberRange[], sequenceNumber: number): number {
  let [low, high] = [0, ahead.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ahead[middle] as NumberRange)[0] <= sequenceNumber) low = middle + 1
    else high = middle
  }
  return low - 1
}
