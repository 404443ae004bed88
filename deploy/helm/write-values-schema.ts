import { readFile, writeFile } from 'node:fs/promises'
import { ConfigSchema } from '../../src/config-schema.ts'

/** Ports are the chart's own, the login has a section of its own. */
const SET_BY_THE_CHART = /^(HOST|PORT|ADMIN_HOST|ADMIN_PORT|KAFKA_SASL_\w+|KAFKA_OAUTH_\w+)$/

/** Writes the gateway's variables into the schema of the chart's values; a test says when that is due. */
const file = new URL('tillgate/values.schema.json', import.meta.url)
const schema = JSON.parse(await readFile(file, 'utf8'))
const variables = Object.entries(ConfigSchema.properties).filter(([name]) => !SET_BY_THE_CHART.test(name))
schema.properties.config.properties = Object.fromEntries(variables.map(([name, { form: _, ...rest }]) => [name, rest]))
await writeFile(file, `${JSON.stringify(schema, null, 2)}\n`)
