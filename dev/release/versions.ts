/**
 * The version is in package.json. Some files must repeat it, because they are read without Node: `npm version` writes
 * them (write-versions.ts), a test and each release candidate compare them.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A file that repeats the version, and where in its text. */
export interface Copy {
  readonly file: string
  readonly pattern: RegExp
}

export const COPIES: readonly Copy[] = [
  { file: 'Dockerfile', pattern: /(?<=^ARG VERSION=)\S+$/m },
  { file: 'deploy/helm/tillgate/Chart.yaml', pattern: /(?<=^version: )\S+$/m },
  { file: 'deploy/helm/tillgate/Chart.yaml', pattern: /(?<=^appVersion: )\S+$/m },
]

/** Written by npm and by `npm run openapi`. */
const WRITTEN_BY_OTHERS: readonly Copy[] = [
  { file: 'package-lock.json', pattern: /(?<=^ {2}"version": ")[^"]+/m },
  { file: 'package-lock.json', pattern: /(?<=^ {6}"version": ")[^"]+/m },
  { file: 'openapi/asyncapi.json', pattern: /(?<=^ {4}"version": ")[^"]+/m },
  { file: 'openapi/openapi.json', pattern: /(?<=^ {4}"version": ")[^"]+/m },
]

const RELEASED = /^(\d+\.\d+\.\d+\S*) \(\d{4}-\d\d-\d\d\)$/

/** The version of the project in this folder. */
export function versionOf(root: string): string {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version
}

/**
 * Every disagreement about the version, each a line. `tags`: those of the present commit. `isRelease`: whether
 * CHANGELOG.md must already have a section with the version and a date.
 */
export function disagreements(root: string, tags: readonly string[], isRelease = tags.some(isVersionTag)): string[] {
  const version = versionOf(root)
  const copies = [...COPIES, ...WRITTEN_BY_OTHERS].flatMap(({ file, pattern }) => {
    const found = pattern.exec(readFileSync(join(root, file), 'utf8'))?.[0]
    return found === version ? [] : [`${file} says ${found ?? 'no version'}, package.json ${version}`]
  })
  const wrongTags = tags.filter((tag) => isVersionTag(tag) && tag !== `v${version}`)
  const changes = changelogFault(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), version, isRelease)
  return [
    ...copies,
    ...wrongTags.map((tag) => `this commit has the tag ${tag}, package.json says ${version}`),
    ...(changes === null ? [] : [changes]),
  ]
}

/**
 * What is wrong with the sections of CHANGELOG.md. Between releases the first one is Pending, and the one below it is
 * the version's, unless nothing was released yet. In a release the first one is the version's.
 */
export function changelogFault(text: string, version: string, isRelease: boolean): string | null {
  const [first = '', second] = [...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title as string)
  const isPending = first === 'Pending'
  if (isPending && isRelease) return `CHANGELOG.md has no section ${version} (YYYY-MM-DD) at its top, but Pending`
  const latest = isPending ? second : first
  if (isPending && latest === undefined) return null
  if (RELEASED.exec(latest as string)?.[1] === version) return null
  return `the latest release in CHANGELOG.md is ${latest}, package.json says ${version}`
}

function isVersionTag(tag: string): boolean {
  return /^v\d/.test(tag)
}
