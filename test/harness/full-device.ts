/** Why a test that writes to `/dev/full` is skipped elsewhere. CI runs it, on Linux. */
export const noFullDevice = process.platform !== 'linux' && 'only Linux has /dev/full'
