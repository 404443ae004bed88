import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type OauthLogin, saslOptions } from '../../src/kafka/login.ts'

const onClientLog = () => {}

test('a password in a file is read for every login, without the line feed behind it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'password')
  await writeFile(file, 'first\n')
  const options = saslOptions({ mechanism: 'plain', username: 'u', password: { file } }, onClientLog, 1_000)
  assert.deepEqual({ ...options }, { mechanism: 'plain', username: 'u', password: 'first' })
  await writeFile(file, 'two lines\nof it\r\n')
  assert.equal((options as { password: string }).password, 'two lines\nof it')
})

test('all clients with the same login share its token', () => {
  const login: OauthLogin = {
    ...{ mechanism: 'oauthbearer', tokenUrl: 'https://id.example/', clientId: 'a', clientSecretFile: 'b' },
    scope: undefined,
  }
  assert.deepEqual(saslOptions(login, onClientLog, 1_000), saslOptions(login, onClientLog, 1_000))
  assert.notDeepEqual(saslOptions({ ...login }, onClientLog, 1_000), saslOptions(login, onClientLog, 1_000))
})
