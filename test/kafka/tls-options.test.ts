import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { tlsOptions } from '../../src/kafka/tls-options.ts'

test('the files are read for every connection, so that a renewed certificate is used by the next one', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-'))
  t.after(() => rm(folder, { recursive: true }))
  const certFile = join(folder, 'cert.pem')
  const options = tlsOptions({ certFile })
  assert.throws(() => ({ ...options }), /ENOENT/, 'only that connection fails')
  for (const cert of ['first', 'second']) {
    await writeFile(certFile, cert)
    assert.deepEqual({ ...options }, { ca: undefined, cert, key: undefined })
  }
})

test('without files TLS is as Node does it by itself, and without TLS there are no options', () => {
  assert.deepEqual({ ...tlsOptions(true) }, { ca: undefined, cert: undefined, key: undefined })
  assert.equal(tlsOptions(false), false)
})
