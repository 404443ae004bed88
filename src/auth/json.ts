/** Reads JSON. Unlike that of `JSON.parse`, the error repeats nothing of the text: it may be the wrong file, a secret. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('it is not JSON')
  }
}
