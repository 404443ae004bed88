/** `npm run release:candidate`; docs/release.md says what to do with the result. */
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { makeCandidate, refusals } from './candidate.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const reasons = refusals(ROOT)
if (reasons.length === 0) {
  const folder = await makeCandidate(ROOT, (line) => console.log(line))
  const names = (await readdir(folder)).map((name) => `  ${name}`)
  console.log(['', folder, ...names, '', 'Nothing was published. Next: docs/release.md'].join('\n'))
} else {
  for (const reason of reasons) console.error(reason)
  process.exitCode = 1
}
