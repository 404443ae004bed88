import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { AnswerLine } from '../../src/tools/audit/answers.ts'

/** How often tills were told what, by status and outcome, e.g. `201 acknowledged`; the status `none` is no answer. */
export type Told = ReadonlyMap<string, number>

/** The answers file of `tillgate simulate`, read while it grows. */
export interface ToldReader {
  /** Resolves with what was added since the last call. */
  read(): Promise<Told>
  /** Of all calls together. */
  readonly total: Told
}

/** Reads the file from its beginning; it must exist at the first `read`. */
export function createToldReader(file: string): ToldReader {
  const total = new Map<string, number>()
  let position = 0
  return {
    total,
    async read() {
      const added = new Map<string, number>()
      const { size } = await stat(file)
      if (size === position) return added
      const chunk = await text(createReadStream(file, { start: position, end: size - 1 }))
      const lines = chunk.split('\n').slice(0, -1) // the last one is not finished
      for (const line of lines) {
        position += Buffer.byteLength(line) + 1
        const { status, outcome } = JSON.parse(line) as AnswerLine
        for (const counts of [added, total]) count(counts, `${status ?? 'none'} ${outcome}`)
      }
      return added
    },
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/** For people, e.g. `7,012 x 201 acknowledged, 3 x 503 rejected`. */
export function toldText(told: Told): string {
  return [...told]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([answer, times]) => `${times.toLocaleString('en-US')} x ${answer}`)
    .join(', ')
}
