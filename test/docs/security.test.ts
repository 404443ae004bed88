import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

test('the tests that docs/security.md names are there, and each row of its ways in names one', () => {
  const text = readFileSync(`${ROOT}docs/security.md`, 'utf8')
  const [, section = ''] = text.split('\n## Where they can come in, and what is shown\n')
  const rows = (section.trim().split('\n\n')[0] ?? '').split('\n').slice(2)
  assert.ok(rows.length > 10)
  for (const row of rows) assert.match(row, /`test\/[\w/-]+\.test\.ts`/, row)
  const named = [...text.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path = '']) => path)
  assert.deepEqual(
    named.filter((path) => !existsSync(`${ROOT}${path}`)),
    [],
  )
})
