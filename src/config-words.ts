import type { TSchema } from '@sinclair/typebox'

/** What a variable must be, in words behind "must be". */
export function typeWords(schema: TSchema): string {
  if (typeof schema.form === 'string') return schema.form
  if (Array.isArray(schema.anyOf)) return alternatives(schema.anyOf.map(({ const: word }) => String(word)))
  if (schema.type === 'boolean') return 'true or false'
  if (schema.type !== 'integer') return 'text'
  const [from, to] = [schema.minimum, schema.maximum].map((end: number) => end.toLocaleString('en-US'))
  return `a whole number from ${from} to ${to}`
}

function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
