import { type Static, Type } from '@sinclair/typebox'
import { Problem } from '../errors.ts'
import { MAX_SEQUENCE_NUMBER } from '../invoice/schema/identity.ts'
import type { JournalState } from '../known/journal-state.ts'

/** `.journals` keeps no more ranges of a journal. */
const MAX_RANGES = 2_000

const maximum = MAX_SEQUENCE_NUMBER

const ranges = (description: string) =>
  Type.Array(Type.Array(Type.Integer({ minimum: 1, maximum }), { minItems: 2, maxItems: 2 }), {
    maxItems: MAX_RANGES,
    description: `${description} Rising ranges, \`[first, last]\`, both included.`,
  })

export const CursorSchema = Type.Object(
  {
    through: Type.Integer({
      minimum: 0,
      maximum,
      description: 'Every number from 1 to this one is in Kafka. 0: nothing is known of number 1.',
    }),
    ahead: ranges('The numbers beyond `through` that are in Kafka, too.'),
    missing: ranges('The gaps between `through` and the last number of `ahead`: not seen in Kafka yet.'),
  },
  {
    title: 'JournalCursor',
    description:
      'How far a journal is in Kafka. What it lists is there. What it does not list may be there, too: the cursor is a ' +
      'little behind.',
  },
)

export type JournalCursor = Static<typeof CursorSchema>

const OFF = new Problem('cursors-off', 'This gateway has no resume cursors: JOURNALS_TOPIC is not set.')
const UNREAD = new Problem('cursors-unread', 'The gateway is still reading the journals. Ask again later.')
/** A dropped journal comes back with its next invoice; asking every second would not help. */
const NOT_KEPT_SECONDS = 60

/** The cursor of a journal of which this is known. Throws a `Problem` if the gateway cannot say: that is not `through` 0. */
export function cursorOf(state: JournalState): JournalCursor {
  switch (state.kind) {
    case 'known': {
      const ahead = state.ahead.map(([first, last]) => [first, last])
      return { through: state.through, ahead, missing: gapsOf(state.through, state.ahead) }
    }
    case 'new':
      return { through: 0, ahead: [], missing: [] }
    case 'unavailable':
      throw problemOf(state.reason)
  }
}

function gapsOf(through: number, ahead: readonly (readonly [number, number])[]): number[][] {
  let end = through
  return ahead.map(([first, last]) => {
    const gap = [end + 1, first - 1]
    end = last
    return gap
  })
}

function problemOf(reason: Extract<JournalState, { kind: 'unavailable' }>['reason']): Problem {
  if (reason === 'off') return OFF
  if (reason === 'reading') return UNREAD
  return new Problem('cursor-not-kept', 'This gateway has no room for all journals. Another one may have this one.', {
    retryAfterSeconds: NOT_KEPT_SECONDS * (1 + Math.random()),
  })
}
