/**
 * npm runs this within `npm version`, after it wrote the new version into package.json and package-lock.json: writes it
 * into the files that repeat it, and names the Pending section of CHANGELOG.md after it.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { COPIES, versionOf } from './versions.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const version = versionOf(ROOT)
const today = new Date().toISOString().slice(0, 10)

const replace = (file: string, pattern: RegExp, text: string) => {
  const path = join(ROOT, file)
  writeFileSync(path, readFileSync(path, 'utf8').replace(pattern, text))
}
for (const { file, pattern } of COPIES) replace(file, pattern, version)
replace('CHANGELOG.md', /^## Pending$/m, `## ${version} (${today})`)
