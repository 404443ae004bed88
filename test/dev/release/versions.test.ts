import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { changelogFault, disagreements, versionOf } from '../../../dev/release/versions.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const VERSION = versionOf(ROOT)

const copy = mkdtempSync(join(tmpdir(), 'tillgate-versions-'))
after(() => rmSync(copy, { recursive: true }))

function copyWith(file: string, change: (text: string) => string): string {
  for (const name of ['package.json', 'package-lock.json', 'Dockerfile', 'CHANGELOG.md', 'openapi', 'deploy'])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true })
  const path = join(copy, file)
  const [before, after] = [readFileSync(path, 'utf8'), change(readFileSync(path, 'utf8'))]
  assert.notEqual(after, before)
  writeFileSync(path, after)
  return copy
}

suite('the version', () => {
  test('is the same in package.json, its lock, the image, the chart, the contract, the changelog and a tag', () => {
    const tags = execFileSync('git', ['tag', '--points-at', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).split('\n')
    assert.deepEqual(disagreements(ROOT, tags), [])
  })

  test('of any one file that differs is said', () => {
    const others = [
      ['Dockerfile', `ARG VERSION=${VERSION}`],
      ['deploy/helm/tillgate/Chart.yaml', `\nversion: ${VERSION}`],
      ['deploy/helm/tillgate/Chart.yaml', `appVersion: ${VERSION}`],
      ['openapi/asyncapi.json', `"version": "${VERSION}"`],
      ['openapi/openapi.json', `"version": "${VERSION}"`],
      ['package-lock.json', `"version": "${VERSION}"`],
      ['package-lock.json', `"packages": {\n    "": {\n      "name": "tillgate",\n      "version": "${VERSION}"`],
    ] as const
    for (const [file, text] of others) {
      const root = copyWith(file, (whole) => whole.replace(text, text.replace(VERSION, '9.9.9')))
      assert.deepEqual(disagreements(root, []), [`${file} says 9.9.9, package.json ${VERSION}`])
    }
  })

  test('of a tag that differs is said, and other tags do not count', () => {
    const root = copyWith('CHANGELOG.md', () => `# Changelog\n\n## ${VERSION} (2026-11-26)\n`)
    assert.deepEqual(disagreements(root, ['nightly', `v${VERSION}`]), [])
    assert.deepEqual(disagreements(root, ['v9.9.9']), [`this commit has the tag v9.9.9, package.json says ${VERSION}`])
  })
})

suite('the changelog', () => {
  const pending = '# Changelog\n\n## Pending\n\n- x\n'
  const first = '# Changelog\n\n## 1.0.0 (2026-11-26)\n\n- x\n'
  const next = first.replace('## 1', '## Pending\n\n- y\n\n## 1')

  test('has Pending first, above the version, between releases', () => {
    assert.equal(changelogFault(pending, '0.1.0', false), null)
    assert.equal(changelogFault(next, '1.0.0', false), null)
    assert.match(String(changelogFault(next, '1.1.0', false)), /1\.0\.0 \(2026-11-26\).* 1\.1\.0/)
  })

  test('has the version first, with its date, in a release', () => {
    assert.equal(changelogFault(first, '1.0.0', true), null)
    assert.match(String(changelogFault(pending, '1.0.0', true)), /1\.0\.0 \(YYYY-MM-DD\)/)
    assert.match(String(changelogFault(next, '1.0.0', true)), /1\.0\.0 \(YYYY-MM-DD\)/)
    assert.notEqual(changelogFault(first.replace(' (2026-11-26)', ''), '1.0.0', true), null)
    assert.notEqual(changelogFault('# Changelog\n', '1.0.0', true), null)
  })
})
