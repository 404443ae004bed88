import { isDeepStrictEqual } from 'node:util'

type Json = Readonly<Record<string, unknown>>

interface Document {
  paths?: Json
  components?: { schemas?: Json; examples?: Json; securitySchemes?: object }
}

/**
 * An OpenAPI document in which everything that a generated client needs a name for has one. A schema with a title
 * becomes the component of that name, and a choice of constants an enum. An example that several bodies have is kept
 * once. Throws when two different schemas have one name.
 */
export function withNamedComponents<T extends Document>(
  document: T,
): T & { components: { schemas: Json; examples: Json } } {
  const schemas = new Map<string, unknown>()
  const examples = new Map<string, unknown>()

  function refer(title: string, schema: unknown): unknown {
    if (differs(schemas, title, schema)) throw new Error(`two different schemas are called ${title}`)
    schemas.set(title, schema)
    return { $ref: `#/components/schemas/${title}` }
  }

  function referToExample(example: unknown, name: string): unknown {
    // The media types of one body have examples of the same name, so that a page can keep the choice.
    if (differs(examples, name, example)) return example
    examples.set(name, example)
    return { $ref: `#/components/examples/${name}` }
  }

  function visit(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(visit)
    if (!isObject(value)) return value
    const visited = mapValues(value, (child, key) => (key === 'examples' ? visitExamples(child) : visit(child)))
    const schema = constantsAsEnum(visited)
    return typeof schema.title === 'string' ? refer(schema.title, schema) : schema
  }

  function visitExamples(value: unknown): unknown {
    // In a schema, `examples` is an array; beside a schema, it is an object.
    return isObject(value) ? mapValues(value, referToExample) : value
  }

  for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
    const { title: _, ...untitled } = schema as Json
    refer(name, visit(untitled))
  }
  const paths = visit(document.paths ?? {})
  const named = { ...document.components, schemas: sorted(schemas), examples: sorted(examples) }
  return { ...document, components: named, paths }
}

function differs(known: ReadonlyMap<string, unknown>, name: string, value: unknown): boolean {
  return known.has(name) && !isDeepStrictEqual(known.get(name), value)
}

function sorted(byName: ReadonlyMap<string, unknown>): Json {
  return Object.fromEntries([...byName].sort())
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function mapValues<T>(object: Readonly<Record<string, T>>, map: (value: T, key: string) => unknown) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]))
}

/** Generators make one type of an enum, but one type each of `anyOf` constants. */
function constantsAsEnum(schema: Json): Json {
  const { anyOf, ...others } = schema
  if (!Array.isArray(anyOf) || !anyOf.every((choice) => typeof choice.const === 'string')) return schema
  return { type: 'string', enum: anyOf.map((choice) => choice.const), ...others }
}
