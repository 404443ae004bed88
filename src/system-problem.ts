import { getSystemErrorMap } from 'node:util'
import { addressText, parseAddress } from './network-address.ts'

/** Errors of the system, of looking up names and of inflating, by their codes. The one place that has words for them. */
const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder, not a file',
  EEXIST: 'something with that name exists already',
  EACCES: 'this user has no permission',
  EPERM: 'this user has no permission',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENAMETOOLONG: 'the name is too long',
  EFBIG: 'the file is too large for its file system',
  EIO: 'the disk failed to read or write',
  EMFILE: 'this process has too many open files (ulimit -n)',
  ENFILE: 'this machine has too many open files',
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ECONNRESET: 'the other side broke the connection off',
  EPIPE: 'the other side has closed the connection',
  ETIMEDOUT: 'no connection in time',
  EHOSTUNREACH: 'there is no route to that host',
  ENETUNREACH: 'there is no route to that network',
  ENOTFOUND: 'there is no such name',
  EAI_AGAIN: 'the name cannot be looked up now (does DNS work?)',
  Z_DATA_ERROR: 'its compressed data are damaged',
  Z_BUF_ERROR: 'its compressed data are cut off',
}

/** The system's own words for all its other codes. */
const SYSTEM_WORDS: ReadonlyMap<string, string> = new Map(getSystemErrorMap().values())

/**
 * An error of the system in words, with its path or address if it has one: `a.json: the disk is full`. Undefined for
 * every other error.
 */
export function systemProblem(error: unknown): string | undefined {
  const words = systemWords(error)
  if (words === undefined) return undefined
  const { path, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number }
  const place = path ?? (address === undefined || port === undefined ? address : addressText(address, port))
  return place === undefined ? words : `${place}: ${words}`
}

/** The same without the place, for a sentence that names it already. */
export function systemWords(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  // Kafka's errors have a number.
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? wordsOf(code) : undefined
}

/** How Node quotes the system, e.g. `connect ECONNREFUSED 127.0.0.1:9092` or `getaddrinfo ENOTFOUND kafka`. */
const QUOTED = /\b(?:connect|read|write|getaddrinfo) ([A-Z][A-Z0-9_]+)(?: ([\w.:[\]-]*\w))?/g

/** The message of any error, with words where it quotes the system. */
export function plainMessage(error: unknown): string {
  const problem = systemProblem(error)
  const message = error instanceof Error ? error.message : String(error)
  const plain = message.replace(QUOTED, (quoted, code, place) => {
    const words = wordsOf(code)
    if (words === undefined) return quoted
    return place === undefined ? words : `${placeText(place)}: ${words}`
  })
  return plain === message ? (problem ?? message) : plain
}

/** Node writes the port of an IPv6 address behind one more colon. */
function placeText(place: string): string {
  const { host, port } = parseAddress(place)
  return Number.isNaN(port) ? place : addressText(host, port)
}

/** The words for a code of the system. */
export function wordsOf(code: string): string | undefined {
  if (Object.hasOwn(WORDS, code)) return WORDS[code]
  return code.startsWith('ZSTD_error_') ? WORDS.Z_DATA_ERROR : SYSTEM_WORDS.get(code)
}
