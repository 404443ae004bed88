import { runTool } from './tools.ts'

/**
 * How many bytes a second each client id may send to each broker; null: as many as it can. It is the quota of every
 * client id that has none of its own. Resolves when the cluster has accepted it; brokers apply it within moments.
 */
export async function setProducerQuota(bootstrap: string[], bytesPerSecond: number | null): Promise<void> {
  const change =
    bytesPerSecond === null
      ? ['--delete-config', 'producer_byte_rate']
      : ['--add-config', `producer_byte_rate=${bytesPerSecond}`]
  await runTool('kafka.admin.ConfigCommand', [
    ...['--bootstrap-server', bootstrap.join(',')],
    ...['--alter', '--entity-type', 'clients', '--entity-default', ...change],
  ])
}
