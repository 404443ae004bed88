import { Type } from '@sinclair/typebox'
import { isLoopback, unbracketed } from './network-address.ts'

// What variables of the environment hold.

export const milliseconds = (defaultMs: number, description: string, minimum = 0) =>
  Type.Integer({ default: defaultMs, minimum, maximum: 3_600_000, description })
export const bytes = (defaultBytes: number, description: string, minimum = 1_024) =>
  Type.Integer({ default: defaultBytes, minimum, maximum: 2 ** 40, description })
export const text = (description: string, options: TextOptions = {}) =>
  Type.String({ minLength: 1, description, ...options })

interface TextOptions {
  readonly default?: string
  readonly pattern?: string
  /** The pattern in words, behind "must be". */
  readonly form?: string
  readonly secret?: true
}

/** One sentence if what is sent to the address in `variable` can be read, or changed, by others on the way. */
export function privacyProblems(variable: string, address: string | undefined): string[] {
  const isSafe = address === undefined || (URL.canParse(address) && isPrivate(new URL(address)))
  return isSafe ? [] : [`${variable} must be https; http is for this machine alone`]
}

function isPrivate({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || isLoopback(unbracketed(hostname))
}
