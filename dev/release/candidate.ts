import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { npm } from '../npm.ts'
import { saveImage } from './image.ts'
import { createSbom } from './sbom.ts'
import { disagreements, versionOf } from './versions.ts'

const git = (root: string, ...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()

/** Why the present commit cannot be released, each reason a line. */
export function refusals(root: string): string[] {
  if (git(root, 'status', '--porcelain') !== '') return ['there are changes that are not committed: git status']
  return disagreements(root, git(root, 'tag', '--points-at', 'HEAD').split('\n'), true)
}

/**
 * Makes everything that a release of the present commit consists of, in a new folder `release/VERSION`. Publishes
 * nothing. Resolves with the folder.
 */
export async function makeCandidate(root: string, onProgress: (line: string) => void): Promise<string> {
  const version = versionOf(root)
  const revision = git(root, 'rev-parse', 'HEAD')
  const folder = join(root, 'release', version)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  onProgress(`${version}, commit ${revision}`)
  onProgress('npm package ...')
  await npm(root, 'pack', '--pack-destination', folder)
  onProgress('bill of materials ...')
  await writeFile(join(folder, `tillgate-${version}.cdx.json`), await createSbom(root))
  onProgress('container image ...')
  const program = await saveImage(root, join(folder, `tillgate-${version}-image.tar`), version, revision)
  onProgress(program === null ? '  NOT MADE: there is neither Docker nor podman' : `  made by ${program}`)
  await writeFile(join(folder, 'SHA256SUMS'), await checksums(folder))
  return folder
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
