import { readFile } from 'node:fs/promises'

const EXAMPLES = { sale: 'A sale', return: 'A return that refers to its sale' }

export type RequestExamples = Record<string, { summary: string; value: unknown }>

/**
 * Invoices for the OpenAPI document, by name, from `openapi/examples`. An installation without those files serves the
 * same document without them.
 */
export async function requestExamples(): Promise<RequestExamples> {
  const found: RequestExamples = {}
  for (const [name, summary] of Object.entries(EXAMPLES)) {
    const file = new URL(`../../openapi/examples/${name}.json`, import.meta.url)
    const text = await readFile(file, 'utf8').catch(() => null)
    if (text !== null) found[name] = { summary, value: JSON.parse(text) }
  }
  return found
}
