import assert from 'node:assert/strict'
import { test } from 'node:test'
import valuesSchema from '../deploy/helm/tillgate/values.schema.json' with { type: 'json' }
import { ConfigSchema } from '../src/config-schema.ts'

/** Ports are the chart's own, the login has a section of its own. */
const SET_BY_THE_CHART = /^(HOST|PORT|ADMIN_HOST|ADMIN_PORT|KAFKA_SASL_\w+|KAFKA_OAUTH_\w+)$/

test('the Helm chart takes exactly the variables of the gateway, with their types, limits and meanings', () => {
  const variables = Object.entries(ConfigSchema.properties).filter(([name]) => !SET_BY_THE_CHART.test(name))
  assert.deepEqual(
    valuesSchema.properties.config.properties,
    JSON.parse(JSON.stringify(Object.fromEntries(variables.map(([name, { form: _, ...rest }]) => [name, rest])))),
  )
})
