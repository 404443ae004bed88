import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { refusals } from '../../../dev/release/candidate.ts'
import { versionOf } from '../../../dev/release/versions.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const VERSION = versionOf(ROOT)

const root = mkdtempSync(join(tmpdir(), 'tillgate-candidate-'))
after(() => rmSync(root, { recursive: true }))

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@t', ...args], { cwd: root })
const change = (file: string, text: string) => writeFileSync(join(root, file), text)

test('only a commit is released, with a changelog of its version, and with no tag of another', () => {
  for (const name of ['package.json', 'package-lock.json', 'Dockerfile', 'openapi', 'deploy'])
    cpSync(join(ROOT, name), join(root, name), { recursive: true })
  git('init', '--quiet')
  change('CHANGELOG.md', '# Changelog\n\n## Pending\n')
  git('add', '.')
  git('commit', '--quiet', '--message', 'before the release')
  assert.match(refusals(root).join(), /^CHANGELOG\.md has no section/)

  change('CHANGELOG.md', `# Changelog\n\n## ${VERSION} (2026-11-26)\n`)
  assert.match(refusals(root).join(), /^there are changes that are not committed/)
  git('commit', '--quiet', '--all', '--message', 'release')
  assert.deepEqual(refusals(root), [])
  git('tag', 'v9.9.9')
  assert.match(refusals(root).join(), /^this commit has the tag v9\.9\.9/)
})
