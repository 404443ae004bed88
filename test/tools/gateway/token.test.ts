import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readTokenHeaders } from '../../../src/tools/gateway/token.ts'
import { InputError } from '../../../src/tools/terminal/input-errors.ts'

test('the token of the file counts before that of the environment; without both there is none', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-token-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'token')
  await writeFile(file, 'a.b-c.d_\n')
  assert.deepEqual(await readTokenHeaders(file, { TILLGATE_TOKEN: 'other' }), { authorization: 'Bearer a.b-c.d_' })
  assert.deepEqual(await readTokenHeaders(undefined, { TILLGATE_TOKEN: ' other ' }), { authorization: 'Bearer other' })
  for (const environment of [{}, { TILLGATE_TOKEN: '' }])
    assert.deepEqual(await readTokenHeaders(undefined, environment), {})
})

test('what is no token is refused, and never repeated', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-token-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'token')
  for (const text of ['', 'se cret', 'secret\r\nx-other: 1', 's\u00e9cret', 'secret'.repeat(2_000)]) {
    await writeFile(file, text)
    await assert.rejects(readTokenHeaders(file, {}), (error: Error) => {
      assert.ok(error instanceof InputError && error.message.startsWith(file) && !error.message.includes('cret'))
      return true
    })
  }
  await assert.rejects(readTokenHeaders(undefined, { TILLGATE_TOKEN: 'se cret' }), {
    message: 'TILLGATE_TOKEN holds no token',
  })
  await assert.rejects(readTokenHeaders('/nowhere/token', {}), /\/nowhere\/token: there is no such file/)
  await assert.rejects(readTokenHeaders(folder, {}), new InputError(`${folder}: it is a folder, not a file`))
})
