import type { CreateAdmin, Internals } from './internals.ts'

/** The type of a resource that is a topic. */
const TOPIC = 2

/**
 * Admin client: to describe the settings of one topic it asks for the metadata of that topic.
 *
 * Without it, it asks for the metadata of all topics. The answer grows with the cluster, which is too much for a gateway
 * that asks all the time. And nothing is answered while a partition of any other topic has no leader.
 */
export function describeTopicAlone({ replaceModule }: Internals): void {
  replaceModule<CreateAdmin>('admin', (createAdmin) => (options) => {
    const admin = createAdmin(options)
    const { describeConfigs } = admin
    admin.describeConfigs = async (request) => {
      const [first, ...others] = request.resources
      if (first?.type === TOPIC && others.length === 0) await options.cluster.addTargetTopic(first.name)
      return await describeConfigs(request)
    }
    return admin
  })
}
