import type { AttackConnection } from './connection.ts'

/** What the connections of an attack may use. */
export interface Means {
  /** A token of the attacker for the stores `X...`; `undefined` where tokens are not asked for. */
  readonly token: string | undefined
  /** Signs further tokens; `null` where tokens are not asked for. */
  readonly sign: ((claims: Record<string, unknown>) => Promise<string>) | null
}

/** Something that one sender may do to the others. */
export interface Attack {
  readonly name: string
  /** In a few words, for people. */
  readonly what: string
  /** How many connections it has at a time. */
  readonly connections: number
  /** From how many addresses of the loopback network they come. Default: 1. */
  readonly addresses?: number
  /** `required`: against a gateway that asks for tokens. Default: off. */
  readonly auth?: 'off' | 'required'
  /**
   * What one connection does, `index` counting from 0. When it resolves, or the gateway closes the connection, another
   * one takes its place and does the same. It never has to end: the attacker's process is ended.
   */
  readonly use: (connection: AttackConnection, index: number, means: Means) => Promise<void>
}

/** The head of a request. */
export function head(line: string, fields: Record<string, string | number> = {}): string {
  const all = Object.entries({ host: 'gateway', ...fields }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${line} HTTP/1.1\r\n${all.join('')}\r\n`
}

/** A whole request with a body. */
export function request(line: string, fields: Record<string, string | number>, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(head(line, { ...fields, 'content-length': body.length })), body])
}

export const JSON_TYPE = { 'content-type': 'application/json' }
export const LINES = { 'content-type': 'application/x-ndjson' }
export const GZIP_LINES = { ...LINES, 'content-encoding': 'gzip' }
export const POST = 'POST /v1/invoices'
export const UPLOAD = 'POST /v1/invoices/batch'
