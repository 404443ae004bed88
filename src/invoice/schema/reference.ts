import { Type } from '@sinclair/typebox'
import { identityMembers } from './identity.ts'
import { CLOSED, code, date, oneOf } from './primitives.ts'

const target = {
  storeId: Type.Optional(identityMembers.storeId),
  terminalId: Type.Optional(identityMembers.terminalId),
  journalId: Type.Optional(identityMembers.journalId),
  sequenceNumber: Type.Optional(identityMembers.sequenceNumber),
  receiptNumber: Type.Optional(code('The number printed on the other receipt, where its identity is not known.')),
  businessDate: Type.Optional(date('The business date of the other document.')),
}

/** Another document. It names the whole identity or, where the till cannot know that, the printed receipt number. */
export const ReferenceSchema = Type.Object(
  {
    type: oneOf(
      ['original', 'voids', 'exchangeOf'],
      'original: the sale that a return belongs to; voids: the document that this one takes back; exchangeOf: the sale whose goods are exchanged.',
    ),
    ...target,
  },
  {
    ...CLOSED,
    title: 'Reference',
    description: 'Another document: its whole identity, or its receiptNumber if nothing else is known.',
  },
)

/** The line that returned goods were sold on. */
export const ReturnOfSchema = Type.Object(
  {
    ...target,
    lineNumber: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 999_999, description: 'The line of that document.' }),
    ),
  },
  {
    ...CLOSED,
    title: 'ReturnOf',
    description:
      'The sale that returned goods come from: its whole identity, or its receiptNumber if nothing else is known.',
  },
)
