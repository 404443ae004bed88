import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { refusals } from '../../dev/release/candidate.ts'
import { versionOf } from '../../dev/release/versions.ts'
import { documentedCommands } from './documented-commands.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'tillgate-release-'))
const root = join(folder, 'checkout')
const origin = join(folder, 'origin.git')
after(() => rmSync(folder, { recursive: true }))

const author = { GIT_AUTHOR_NAME: 'T', GIT_AUTHOR_EMAIL: 't@t', GIT_COMMITTER_NAME: 'T', GIT_COMMITTER_EMAIL: 't@t' }
const sh = (line: string, cwd = root) =>
  execFileSync('sh', ['-c', line], { cwd, encoding: 'utf8', env: { ...process.env, ...author }, stdio: 'pipe' })

/** A copy of the checkout, committed as `main` of a repository with an `origin`. */
function copyCheckout(): void {
  mkdirSync(root)
  for (const file of sh('git ls-files', ROOT).trim().split('\n')) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    cpSync(join(ROOT, file), join(root, file))
  }
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  sh(`git init --quiet --bare ${origin}`)
  sh(`git init --quiet --initial-branch main && git remote add origin ${origin}`)
  sh('echo node_modules >> .git/info/exclude && git add . && git commit --quiet --message before')
}

test('the steps of docs/release.md make a commit that may be released, and its tag', () => {
  const commands = documentedCommands()
    .filter(({ document, heading, isToPaste }) => document === 'docs/release.md' && heading === 'Steps' && isToPaste)
    .map(({ text }) => text)
  const [version = '', commit = '', candidate, tag = '', publish = '', ...more] = commands
  assert.match(version, /^npm version \d/)
  assert.match(commit, /^git commit /)
  assert.equal(candidate, 'npm run release:candidate')
  assert.match(tag, /^git tag /)
  assert.deepEqual(more, [])

  copyCheckout()
  sh(version)
  assert.match(refusals(root).join(), /^there are changes that are not committed/)
  sh(commit)
  assert.deepEqual(refusals(root), [])
  sh(tag)
  assert.deepEqual(refusals(root), [])
  const released = versionOf(root)
  assert.equal(sh('git tag', origin).trim(), `v${released}`)
  assert.equal(sh('git rev-parse main', origin), sh('git rev-parse HEAD'))
  // Where and how npm publishes is npm's matter; the file has to be the candidate's.
  assert.equal(publish, `npm publish release/${released}/tillgate-${released}.tgz`)
})
