import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { invoiceJsonSchema } from '../../src/invoice/json-schema.ts'

const ajv = new Ajv2020({ strict: true })
addFormats.default(ajv)

/** The published JSON Schema as a till's test suite checks it: by ajv, with the formats asserted. */
export const matchesPublishedSchema = ajv.compile(invoiceJsonSchema())
