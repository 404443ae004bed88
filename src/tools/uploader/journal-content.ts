import { isWhole } from './read-lines.ts'

/** How a journal is compressed. */
export type JournalCoding = 'identity' | 'gzip' | 'zstd'

const STARTS: readonly (readonly [Buffer, JournalCoding])[] = [
  [Buffer.from([0x1f, 0x8b]), 'gzip'],
  [Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), 'zstd'],
]
/** The first of the 16 magic numbers of frames that hold no data. Tools put one at the start (RFC 8878, 3.1.2). */
const ZSTD_SKIPPABLE = 0x184d2a50

/** What `codingOf` looks at. */
export const CODING_BYTES = 4

/** By the first `CODING_BYTES` bytes of a file, whatever its name says. */
export function codingOf(start: Buffer): JournalCoding {
  if (start.length >= CODING_BYTES && (start.readUInt32LE(0) & ~0xf) === ZSTD_SKIPPABLE) return 'zstd'
  return STARTS.find(([magic]) => magic.equals(start.subarray(0, magic.length)))?.[1] ?? 'identity'
}

/** More is not looked at. A line of this length says by itself that the content is lines. */
const LOOKED_AT_BYTES = 65_536

const LINES = { kind: 'lines' } as const
const MORE = { kind: 'more' } as const
const fault = (reason: string) => ({ kind: 'fault', reason }) as const

/**
 * Whether inflated content is one invoice a line, as far as its beginning shows. `more`: that takes more bytes. A first
 * line that is damaged is a matter for the gateway, and no fault here.
 */
export function lookAt(beginning: Buffer, isAll: boolean): typeof LINES | typeof MORE | ReturnType<typeof fault> {
  if (isUtf16(beginning)) return fault('it is UTF-16: save it as UTF-8 (iconv -f UTF-16 -t UTF-8)')
  const isDecided = isAll || beginning.length >= LOOKED_AT_BYTES
  const [first, second] = beginning
    .toString('latin1')
    .replace(UTF8_BOM, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (first === undefined) return isDecided ? LINES : MORE
  if (first.startsWith('[')) return fault('it is a JSON array: it has to be one invoice a line (jq -c ".[]")')
  if (!first.startsWith('{')) return LINES
  if (second === undefined) return isDecided ? LINES : MORE
  // A line of a journal starts with a brace. Inside an object that is spread over lines, they start with a name.
  const isSpread = /^["}]/.test(second) && !isWhole(Buffer.from(first, 'latin1'))
  return isSpread ? fault('its JSON is spread over several lines: it has to be one invoice a line (jq -c .)') : LINES
}

/** The byte order mark of UTF-8, its bytes read as Latin-1. */
const UTF8_BOM = /^\u00ef\u00bb\u00bf/

/** By its byte order mark, or because every other byte of ASCII in it is zero. */
function isUtf16(beginning: Buffer): boolean {
  if (beginning.length < 2) return false
  const mark = beginning.readUInt16BE(0)
  return mark === 0xfeff || mark === 0xfffe || beginning[0] === 0 || beginning[1] === 0
}
