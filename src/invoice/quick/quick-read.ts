import { Buffer, isAscii, isUtf8 } from 'node:buffer'
import { JUDGED, type JudgedInvoice } from '../judged.ts'
import { InvoiceSchema } from '../schema.ts'
import { compile } from './compile.ts'
import { cursorOf, NOT_SURE, peek } from './cursor.ts'

/** V8 copies shorter pieces of a text. */
const SHARED_LENGTH = 13

const EXTENSIONS = Buffer.from('"extensions"')

const read = compile<JudgedInvoice>(InvoiceSchema, JUDGED)

/**
 * What the rules read of an invoice, or undefined: not sure. Not to be called with a body that may hold a card number.
 *
 * It goes once over the bytes and takes what is plain: valid UTF-8, every member as the schema says, none twice, no
 * escape, no `extensions`. If it returns an invoice, `parseStrictJson` and the schema take the body too, with the same
 * values. If it is not sure, these two decide, and say what is wrong. So it may leave out anything, but take nothing
 * more. The program that reads is compiled from the schema.
 */
export function quickRead(body: Buffer): JudgedInvoice | undefined {
  // They often stand at the end: reading as far as that would be for nothing.
  if (body.includes(EXTENSIONS) || (!isAscii(body) && !isUtf8(body))) return undefined
  const cursor = cursorOf(body)
  try {
    const invoice = read(cursor)
    return peek(cursor) === -1 ? invoice : undefined
  } catch (error) {
    if (error === NOT_SURE) return undefined
    throw error
  }
}

/** A copy of a text of ASCII that was read. Otherwise a text that is kept would keep the whole body in memory. */
export function ownText(text: string): string {
  return text.length < SHARED_LENGTH ? text : Buffer.from(text, 'latin1').toString('latin1')
}
