/** The gateway with one change to kafkajs left out: `node unhardened.ts CHANGE`; otherwise as `tillgate serve`. */

import { serve } from '../../src/commands/serve.ts'
import { type HARDENING, hardenKafkajs } from '../../src/kafka/hardening.ts'

hardenKafkajs([process.argv[2] as keyof typeof HARDENING])
await serve.run([], process.env)
