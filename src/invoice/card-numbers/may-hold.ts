import { MIN_LENGTH } from './issuers.ts'

const [QUOTE, BACKSLASH, PERCENT] = [0x22, 0x5c, 0x25]

/**
 * What a byte of a JSON text is for this question: a quote or a letter, which no number goes across; something else; a
 * digit, or the first byte of a character that may be one.
 */
const [ENDS, SEPARATES, COUNTS] = [0, 1, 2]
/** Superscripts; Arabic, N'Ko; Indic, Thai and other scripts of Asia; circled; full width; beyond the basic plane. */
const LEADS = [0xc2, 0xd9, 0xdb, 0xdf, 0xe0, 0xe1, 0xe2, 0xea, 0xef, 0xf0]
const KINDS = new Uint8Array(256).map((_, byte) => {
  if ((byte >= 0x30 && byte <= 0x39) || LEADS.includes(byte)) return COUNTS
  const isLetter = (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)
  return isLetter || byte === QUOTE ? ENDS : SEPARATES
})

/**
 * A quick look at the bytes of a JSON text: false when it cannot hold a card number, so that its values need not be
 * visited. It looks at every 14th byte: 14 digits, with or without separators, cover at least one of these. A text with
 * an escape or with percent-encoding is always visited.
 */
export function mayHoldCardNumber(body: Uint8Array): boolean {
  if (body.includes(BACKSLASH) || hasPercentEncoding(body)) return true
  for (let i = MIN_LENGTH - 1; i < body.length; i += MIN_LENGTH) {
    if (KINDS[body[i]!] === ENDS) continue
    let start = i
    let end = i + 1
    while (start > 0 && KINDS[body[start - 1]!] !== ENDS) start--
    while (end < body.length && KINDS[body[end]!] !== ENDS) end++
    let digits = 0
    for (let at = start; at < end && end - start >= MIN_LENGTH; at++)
      if (KINDS[body[at]!] === COUNTS && ++digits === MIN_LENGTH) return true
    i = end
  }
  return false
}

function hasPercentEncoding(body: Uint8Array): boolean {
  for (let i = body.indexOf(PERCENT); i !== -1; i = body.indexOf(PERCENT, i + 1))
    if (isHexadecimal(body[i + 1]) && isHexadecimal(body[i + 2])) return true
  return false
}

function isHexadecimal(byte: number | undefined): boolean {
  return byte !== undefined && /[0-9a-f]/i.test(String.fromCharCode(byte))
}
