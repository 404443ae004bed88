/** `npm run spec`: writes the tables of `docs/spec.md`. */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { withParts } from './spec-text.ts'

const SPEC = fileURLToPath(new URL('../../docs/spec.md', import.meta.url))
await writeFile(SPEC, withParts(await readFile(SPEC, 'utf8')))
