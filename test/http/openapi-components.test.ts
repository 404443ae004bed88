import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { withNamedComponents } from '../../src/http/openapi-components.ts'

const withBody = (content: object) => ({
  '/x': { post: { requestBody: { content: { 'application/json': content } } } },
})

suite('withNamedComponents', () => {
  test('makes a component of every schema with a title, also inside others', () => {
    const place = { title: 'Place', type: 'object', properties: { title: { type: 'string' } } }
    const person = { title: 'Person', type: 'object', properties: { home: place, work: place } }
    const { components, paths } = withNamedComponents({
      components: { schemas: { Firm: { title: 'Firm', type: 'object', properties: { place } } } },
      paths: withBody({ schema: { type: 'array', items: person } }),
    })
    const toPlace = { $ref: '#/components/schemas/Place' }
    assert.deepEqual(components.schemas, {
      Firm: { type: 'object', properties: { place: toPlace } },
      Person: { title: 'Person', type: 'object', properties: { home: toPlace, work: toPlace } },
      Place: place,
    })
    assert.deepEqual(paths, withBody({ schema: { type: 'array', items: { $ref: '#/components/schemas/Person' } } }))
  })

  test('keeps each example once, and leaves what is in it alone', () => {
    const one = { value: { title: 'text', anyOf: [{ const: 'a' }] } }
    const media = { schema: { type: 'object', examples: [{ title: 'text' }] }, examples: { one } }
    const { components, paths } = withNamedComponents({ paths: { ...withBody(media), '/y': withBody(media)['/x'] } })
    assert.deepEqual(components.examples, { one })
    const referring = withBody({ ...media, examples: { one: { $ref: '#/components/examples/one' } } })
    assert.deepEqual(paths, { ...referring, '/y': referring['/x'] })
  })

  test('makes an enum of constants that are texts, and of nothing else', () => {
    const schemaOf = (schema: object) =>
      withNamedComponents({ components: { schemas: { It: schema } } }).components.schemas.It
    const choices = [
      { const: 'a', type: 'string' },
      { const: 'b', type: 'string' },
    ]
    assert.deepEqual(schemaOf({ anyOf: choices, description: 'x' }), {
      type: 'string',
      enum: ['a', 'b'],
      description: 'x',
    })
    const nullable = { anyOf: [{ type: 'string' }, { type: 'null' }] }
    assert.deepEqual(schemaOf(nullable), nullable)
  })

  test('leaves an example where it is if another one has its name', () => {
    const paths = {
      '/x': withBody({ examples: { a: { value: 1 } } }),
      '/y': withBody({ examples: { a: { value: 2 } } }),
    }
    const named = withNamedComponents({ paths })
    assert.deepEqual(named.components.examples, { a: { value: 1 } })
    assert.deepEqual(named.paths, {
      ...paths,
      '/x': withBody({ examples: { a: { $ref: '#/components/examples/a' } } }),
    })
  })

  test('keeps other components', () => {
    const components = { securitySchemes: { till: { type: 'http' } } }
    assert.deepEqual(withNamedComponents({ components }).components, { ...components, schemas: {}, examples: {} })
  })

  test('refuses two different schemas of one name', () => {
    const anyOf = [
      { title: 'A', type: 'string' },
      { title: 'A', type: 'object' },
    ]
    assert.throws(() => withNamedComponents({ paths: withBody({ schema: { anyOf } }) }), /schemas are called A/)
  })
})
