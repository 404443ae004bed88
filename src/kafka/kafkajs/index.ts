import { createRequire } from 'node:module'
import { applyChanges } from './changes.ts'

/**
 * kafkajs, changed before any of it runs. Import it only from here: any other import gets a client that loses records
 * (`docs/kafkajs.md`).
 */
applyChanges()

const kafkajs: typeof import('kafkajs') = createRequire(import.meta.url)('kafkajs')

export default kafkajs
export type * from 'kafkajs'
