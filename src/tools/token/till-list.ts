import { text as readAll } from 'node:stream/consumers'
import type { Reach } from '../../auth/principal.ts'
import { InputError } from '../terminal/input-errors.ts'
import { readInput } from './private-file.ts'

/** Whom a token is for: one line of a list. */
export interface ListedTill {
  /** From 1. */
  readonly line: number
  readonly name: string
  readonly stores: Reach
  readonly terminals: Reach
}

const COLUMNS = 'name,stores,terminals'
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/

/**
 * Reads a list of tills, CSV with the columns name, stores and terminals; several ids in one column are separated by
 * blanks, and `*` is all. `-` is standard input. Throws `InputError`, which names the first wrong line.
 */
export async function readTillList(file: string): Promise<ListedTill[]> {
  const content = await (file === '-' ? readAll(process.stdin) : readInput(file))
  const [header = '', ...lines] = content.replace(/^\uFEFF/, '').split(/\r?\n/)
  if (header.replaceAll(' ', '') !== COLUMNS) throw new InputError(`${file}: the first line must be ${COLUMNS}`)
  const tills: ListedTill[] = []
  const known = new Set<string>()
  for (const [index, text] of lines.entries()) {
    if (text.trim() === '') continue
    const line = index + 2
    const wrong = (what: string) => new InputError(`${file}: line ${line}: ${what}`)
    if (text.includes('"')) throw wrong('no names or ids with quotes')
    const [name = '', stores, terminals, ...more] = text.split(',').map((cell) => cell.trim())
    if (stores === undefined || terminals === undefined || more.length > 0) throw wrong('it must have three columns')
    if (!/^[\x21-\x7e]{1,128}$/.test(name)) throw wrong('the name must be 1 to 128 letters of ASCII without blanks')
    if (known.has(name)) throw wrong(`there is a ${name} already`)
    known.add(name)
    const [storeReach, terminalReach] = [reachOf(stores), reachOf(terminals)]
    if (storeReach === undefined) throw wrong('the stores must be ids separated by blanks, or *')
    if (terminalReach === undefined) throw wrong('the terminals must be ids separated by blanks, or *')
    tills.push({ line, name, stores: storeReach, terminals: terminalReach })
  }
  if (tills.length === 0) throw new InputError(`${file}: there is no till in it`)
  return tills
}

function reachOf(cell: string): Reach | undefined {
  if (cell === '*') return '*'
  const ids = cell.split(/ +/)
  return ids.every((id) => ID.test(id)) && ids.length <= 1_000 ? new Set(ids) : undefined
}
