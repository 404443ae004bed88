/**
 * `npm run release:candidate`: makes everything that a release of this commit consists of, in a new folder
 * `release/VERSION`, and publishes nothing. Refuses a commit with changes that are not committed, and files that
 * disagree about the version. docs/release.md says what to do with the result.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npm } from '../npm.ts'
import { saveImage } from './image.ts'
import { createSbom } from './sbom.ts'
import { disagreements, versionOf } from './versions.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()
const linesOf = (text: string) => text.split('\n').filter((line) => line !== '')

function faults(): string[] {
  if (git('status', '--porcelain') !== '') return ['there are changes that are not committed: git status']
  return disagreements(ROOT, linesOf(git('tag', '--points-at', 'HEAD')), true)
}

async function makeCandidate(): Promise<void> {
  const version = versionOf(ROOT)
  const revision = git('rev-parse', 'HEAD')
  const folder = join(ROOT, 'release', version)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const say = (text: string) => console.log(text)
  say(`${version}, commit ${revision}`)

  say('npm package ...')
  await npm(ROOT, 'pack', '--pack-destination', folder)
  say('bill of materials ...')
  await writeFile(join(folder, `tillgate-${version}.cdx.json`), await createSbom(ROOT))
  say('container image ...')
  const program = await saveImage(ROOT, join(folder, `tillgate-${version}-image.tar`), version, revision)
  say(program === null ? '  NOT MADE: there is neither Docker nor podman' : `  made by ${program}`)
  await writeFile(join(folder, 'SHA256SUMS'), await checksums(folder))
  say(`\n${folder}\n${(await readdir(folder)).map((name) => `  ${name}`).join('\n')}\n\nNext: docs/release.md`)
}

/** As `sha256sum` writes them. */
async function checksums(folder: string): Promise<string> {
  const lines: string[] = []
  for (const name of (await readdir(folder)).sort()) {
    const hash = createHash('sha256').update(await readFile(join(folder, name)))
    lines.push(`${hash.digest('hex')}  ${name}\n`)
  }
  return lines.join('')
}

const found = faults()
if (found.length === 0) await makeCandidate()
else {
  for (const fault of found) console.error(fault)
  process.exitCode = 1
}
