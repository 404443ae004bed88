/** The gateway with one change to kafkajs left out: `node unhardened.ts CHANGE`; otherwise as `tillgate serve`. */

import { applyChanges, CHANGES } from '../../src/kafka/kafkajs/changes.ts'

applyChanges({ except: CHANGES.filter((name) => name === process.argv[2]) })
const { serve } = await import('../../src/commands/serve.ts')
await serve.run([], process.env)
