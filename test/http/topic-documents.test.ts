import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { testApp } from './test-app.ts'

const FOLDER = new URL('../../openapi/', import.meta.url)

test('the documents for readers of the topics are served as they are checked in', async (t) => {
  const { app, contract } = await testApp(t)
  for (const name of ['asyncapi.json', 'invoice.schema.json']) {
    const answer = await app.inject(`/${name}`)
    assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
    assert.deepEqual(contract('GET', `/${name}`, answer), JSON.parse(await readFile(new URL(name, FOLDER), 'utf8')))
  }
})

test('what the AsyncAPI document refers to is served beside it', async (t) => {
  const { app } = await testApp(t)
  const { body } = await app.inject('/asyncapi.json')
  const references = new Set([...body.matchAll(/"\$ref":"([^#"][^"]*)"/g)].map(([, reference]) => String(reference)))
  assert.deepEqual([...references], ['invoice.schema.json'])
  for (const reference of references) assert.equal((await app.inject(`/${reference}`)).statusCode, 200)
})
