import { readFileSync } from 'node:fs'

/** The text of a file with one secret. Editors put a line feed behind it, which does not belong to the secret. */
export function readSecret(file: string): string {
  return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
}
