import { type Identity, type JournalName, journalText } from '../../invoice/identity.ts'
import { type CursorAnswer, isStored } from './cursor-answer.ts'
import type { AskCursor } from './cursors.ts'
import type { OutstandingLine } from './outstanding.ts'

/** What the cursors say of some lines. */
export interface Found {
  /** Their numbers are in Kafka. */
  readonly stored: ReadonlySet<OutstandingLine>
  /** How many are of journals that the gateway cannot say anything about. */
  readonly unproven: number
  /** Why the question about the others is still open. */
  readonly obstacle: Extract<CursorAnswer, { kind: 'again' | 'stop' }> | undefined
}

interface NamedLines {
  readonly journal: JournalName
  readonly lines: [line: OutstandingLine, sequenceNumber: number][]
}

/** More are not worth it: `Cursors` bounds what is under way. */
const AT_ONCE = 8

/**
 * Asks for the cursor of each journal that has a line here, and marks the lines that need no further question. A line
 * without an identity needs none: no gateway can have stored it. `stopping`: no further question is asked.
 */
export async function findStored(
  lines: readonly OutstandingLine[],
  cursorOf: AskCursor,
  timeoutMs: number,
  stopping: AbortSignal,
): Promise<Found> {
  const stored = new Set<OutstandingLine>()
  let unproven = 0
  let obstacle: Found['obstacle']
  const journals = byJournal(lines.filter(({ isAsked }) => !isAsked)).values()
  const takeTurns = async () => {
    for (const { journal, lines } of journals) {
      if (obstacle !== undefined || stopping.aborted) return
      const answer = await cursorOf(journal, timeoutMs)
      if (answer.kind === 'again' || answer.kind === 'stop') {
        obstacle ??= answer
        return
      }
      for (const [line, number] of lines) {
        line.isAsked = true
        if (answer.kind === 'no-cursor') unproven++
        else if (isStored(answer.cursor, number)) stored.add(line)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, takeTurns))
  return { stored, unproven, obstacle }
}

/** Marks lines without an identity as asked. */
function byJournal(lines: readonly OutstandingLine[]): Map<string, NamedLines> {
  const journals = new Map<string, NamedLines>()
  for (const line of lines) {
    const identity = identityIn(line.bytes)
    if (identity === undefined) {
      line.isAsked = true
      continue
    }
    const { sequenceNumber, ...journal } = identity
    const name = journalText(journal)
    const named = journals.get(name) ?? { journal, lines: [] }
    named.lines.push([line, sequenceNumber])
    journals.set(name, named)
  }
  return journals
}

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/
const JOURNAL_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,35}$/
const matches = (pattern: RegExp, value: unknown): value is string => typeof value === 'string' && pattern.test(value)

function identityIn(line: Buffer): Identity | undefined {
  try {
    const { storeId, terminalId, journalId, sequenceNumber } = JSON.parse(line.toString())
    const isNamed = matches(ID, storeId) && matches(ID, terminalId) && matches(JOURNAL_ID, journalId)
    if (!isNamed || !Number.isSafeInteger(sequenceNumber) || sequenceNumber < 1) return undefined
    return { storeId, terminalId, journalId, sequenceNumber }
  } catch {
    return undefined
  }
}
