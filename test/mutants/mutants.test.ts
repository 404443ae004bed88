import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { MUTANTS } from './mutants.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

test('each deliberate fault has its place in the sources, a name of its own, and tests', async () => {
  const names = new Set<string>()
  for (const { name, file, find, replace, tests } of MUTANTS) {
    assert.equal((await readFile(join(ROOT, file), 'utf8')).split(find).length, 2, `${name}: not once in ${file}`)
    assert.notEqual(find, replace, name)
    assert.ok(!names.has(name), `two are called: ${name}`)
    names.add(name)
    assert.ok(tests.length > 0, name)
    for (const path of tests) assert.ok(existsSync(join(ROOT, path)), `${name}: there is no ${path}`)
  }
})
