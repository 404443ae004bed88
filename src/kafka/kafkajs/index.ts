import { createRequire } from 'node:module'
import { applyChanges } from './changes.ts'
import { registerCodecs } from './codecs.ts'

/**
 * kafkajs, changed before any of it runs, with codecs for every compression. Import it only from here: any other import
 * gets a client that loses records (`docs/kafkajs.md`).
 */
applyChanges()

const kafkajs: typeof import('kafkajs') = createRequire(import.meta.url)('kafkajs')

registerCodecs(kafkajs.CompressionCodecs)

export default kafkajs
export type * from 'kafkajs'
