import type { Admin, Kafka } from 'kafkajs'

/** Connects an admin client for as long as `work` takes. Rejects with what connecting or `work` rejects with. */
export async function withAdmin<T>(client: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = client.admin()
  try {
    await admin.connect()
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}
