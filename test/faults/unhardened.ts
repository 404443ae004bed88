/** The gateway with one change to kafkajs left out: `node unhardened.ts CHANGE`; otherwise as `tillgate serve`. */
import { type HARDENING, hardenKafkajs } from '../../src/kafka/hardening.ts'
import { serve } from '../../src/main.ts'

hardenKafkajs([process.argv[2] as keyof typeof HARDENING])
await serve(process.env)
