import { createRequire } from 'node:module'
import { applyChanges } from './changes.ts'

/**
 * kafkajs, changed before anything of it runs. This is its only door: what else imports kafkajs gets a client that loses
 * records (`docs/kafkajs.md`).
 */
applyChanges()

const kafkajs: typeof import('kafkajs') = createRequire(import.meta.url)('kafkajs')

export default kafkajs
export type * from 'kafkajs'
