import kafkajs, { type Admin } from '../../src/kafka/kafkajs/index.ts'

/** Runs `work` with an admin client, then disconnects it. Resolves with what `work` resolves with. */
export async function withAdmin<T>(brokers: string[], work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).admin()
  try {
    await admin.connect()
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}
