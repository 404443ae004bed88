import { type Static, Type } from '@sinclair/typebox'

/** The header that says at which offset of the raw topic a record is. */
export const RAW_OFFSET_HEADER = 'pos-raw-offset'
/** Why a record is in `.conflicts`. */
export const CONFLICT_HEADER = 'pos-conflict'
/** The offset of the record that has its number, where that is known. */
export const FIRST_OFFSET_HEADER = 'pos-first-offset'

const offset = (description: string) => Type.String({ pattern: '^(?:0|[1-9][0-9]{0,18})$', description })

const rawOffset = { [RAW_OFFSET_HEADER]: offset('The offset of this record in the raw topic.') }

/** What the stage adds to the headers of a record of `.unique`. As text, like all headers. */
export const UniqueHeadersSchema = Type.Object(rawOffset)

/** The same for `.conflicts`. */
export const ConflictHeadersSchema = Type.Object({
  ...rawOffset,
  [CONFLICT_HEADER]: Type.Union(
    [
      Type.Literal('other-content', { description: 'Another document with a number that was taken.' }),
      Type.Literal('uncompared', { description: 'The number was taken too long ago to know its content.' }),
      Type.Literal('too-many-gaps', {
        description: 'The number is new, but its journal has more gaps than are remembered.',
      }),
    ],
    { description: 'Why the record is here and not in `.unique`.' },
  ),
  [FIRST_OFFSET_HEADER]: Type.Optional(
    offset('The offset in the raw topic of the record that has this number, where that is known.'),
  ),
})

export type UniqueHeaders = Static<typeof UniqueHeadersSchema>
export type ConflictHeaders = Static<typeof ConflictHeadersSchema>
